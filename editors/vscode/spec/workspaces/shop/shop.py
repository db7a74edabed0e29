def pay(amount):
    """Takes the money."""
    return amount


def refund(amount):
    return -pay(amount)
