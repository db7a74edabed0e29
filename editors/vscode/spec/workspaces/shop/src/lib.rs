//! Areas of squares.

/// The area of a square.
pub fn area(side: f64) -> f64 {
    side * side
}

/// The area of a frame.
pub fn frame(outer: f64, inner: f64) -> f64 {
    area(outer) - area(inner)
}
