//! Ruby: modules, constants, mixins, receivers.

use expect_test::expect;

use super::check;

#[test]
fn constants_are_reached_through_their_modules() {
    let files = "//- /lib/shop.rb\nmodule Shop\n  LIMIT = 1\n  class Cart\n    def total; end\n \
           def self.make; new; end\n  end\nend\n";
    let with = |text: &str| format!("{files}//- /main.rb\nrequire_relative 'lib/shop'\n{text}\n");
    check(
        &with("Shop::Cart$0.new"),
        expect!["/lib/shop.rb:3 Shop::Cart, exact: member of the named module"],
    );
    check(
        &with("Shop::LIMIT$0"),
        expect!["/lib/shop.rb:2 Shop::LIMIT, exact: member of the named module"],
    );
    check(
        &with("Shop::Cart.make$0"),
        expect!["/lib/shop.rb:5 Shop::Cart::make, exact: member of the named type"],
    );
    check(
        &with("Shop::Cart.new.total$0"),
        expect!["/lib/shop.rb:4 Shop::Cart::total, inferred: member of what the call returns"],
    );
    check(
        &with("cart = Shop::Cart.new\ncart.total$0"),
        expect!["/lib/shop.rb:4 Shop::Cart::total, inferred: member of the receiver's type"],
    );
    check(
        &with("module Shop\n  class Other\n    def f; Cart$0.new; end\n  end\nend"),
        expect!["/lib/shop.rb:3 Shop::Cart, exact: constant of the program"],
    );
    check(
        &with("class Mine < Shop::Cart\n  def f; total$0; end\nend"),
        expect!["/lib/shop.rb:4 Shop::Cart::total, exact: member of the enclosing type"],
    );
    check(
        &with("class Mine < Shop::Cart\n  def f; self.total$0; end\nend"),
        expect!["/lib/shop.rb:4 Shop::Cart::total, exact: member of the enclosing type"],
    );
}

#[test]
fn members_are_those_of_the_class_and_its_mixins() {
    check(
        "//- /a.rb\nmodule M\n  def go; end\nend\nclass A\n  include M\n  def f; go$0; end\nend\n",
        expect!["/a.rb:2 M::go, exact: member of the enclosing type"],
    );
    check(
        "//- /a.rb\nclass A\n  def initialize; @n = 1; end\n  def f; @n$0; end\nend\n",
        expect!["/a.rb:2 A::initialize::@n, exact: defined in scope"],
    );
    check(
        "//- /a.rb\nclass A\n  attr_reader :n\n  def f; n$0; end\nend\n",
        expect!["/a.rb:2 A::n, exact: defined in scope"],
    );
    check(
        "//- /a.rb\nclass A\n  def g; end\n  def f; g$0; end\nend\n",
        expect!["/a.rb:2 A::g, exact: defined in scope"],
    );
    // FIXME: not followed yet.
    check(
        "//- /a.rb\nclass A\n  def self.g; end\n  def f; self.class.g$0; end\nend\n",
        expect!["unresolved"],
    );
    check(
        "//- /a.rb\nclass A\n  class << self\n    def g; end\n  end\nend\nA.g$0\n",
        expect!["/a.rb:3 A::g, exact: member of the named type"],
    );
    check(
        "//- /a.rb\nclass B\n  def go; end\nend\nclass A\n  def initialize; @b = B.new; end\n  \
         def f; @b.go$0; end\nend\n",
        expect!["/a.rb:2 B::go, inferred: member of the receiver's type"],
    );
    check(
        "//- /a.rb\ndef g; end\ndef f; g$0; end\n",
        expect!["/a.rb:1 g, exact: defined in scope"],
    );
}
