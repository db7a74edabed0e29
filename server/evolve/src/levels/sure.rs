//! How sure a share is that was counted a few times.

/// The share that `k` of `n` prove with 95 % confidence: the lower end of Wilson's interval.
pub(super) fn at_least(k: usize, n: usize) -> f64 {
    wilson(k, n, -1.0)
}

/// The share that is not exceeded with 95 % confidence: the upper end of it.
pub(super) fn at_most(k: usize, n: usize) -> f64 {
    wilson(k, n, 1.0)
}

fn wilson(k: usize, n: usize, sign: f64) -> f64 {
    if n == 0 {
        return if sign < 0.0 { 0.0 } else { 1.0 };
    }
    const Z: f64 = 1.959_964;
    let (n, share) = (n as f64, k as f64 / n as f64);
    let middle = share + Z * Z / (2.0 * n);
    let reach = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    ((middle + sign * reach) / (1.0 + Z * Z / n)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_prove_little_and_many_prove_more() {
        let of = |k, n| (100.0 * at_least(k, n)).round() as u32;
        assert_eq!([of(0, 0), of(5, 5), of(8, 9), of(80, 90), of(0, 9)], [0, 57, 57, 81, 0]);
        assert_eq!((100.0 * at_most(0, 60)).round() as u32, 6);
        assert!((at_most(3, 10) - (1.0 - at_least(7, 10))).abs() < 1e-9);
    }
}
