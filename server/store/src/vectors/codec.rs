//! Vectors as bytes: what SQLite keeps of them, with a checksum.

use crate::VectorFormat;

/// Bytes of the checksum behind each vector.
const CHECKSUM_BYTES: usize = 4;

/// Bytes of a vector as it is kept.
pub(crate) fn encoded_len(format: VectorFormat, dims: usize) -> usize {
    let component = match format {
        VectorFormat::I8 => 1,
        VectorFormat::F16 => 2,
        VectorFormat::F32 => 4,
    };
    dims * component + CHECKSUM_BYTES
}

/// The bytes of `vector`.
pub(crate) fn encode(format: VectorFormat, vector: &[f32]) -> Vec<u8> {
    let mut res: Vec<u8> = match format {
        VectorFormat::F32 => vector.iter().flat_map(|it| it.to_le_bytes()).collect(),
        VectorFormat::F16 => vector.iter().flat_map(|it| to_half(*it).to_le_bytes()).collect(),
        VectorFormat::I8 => to_bytes(vector).into_iter().map(i8::cast_unsigned).collect(),
    };
    res.extend(checksum(&res));
    res
}

/// The components of `data`; `None` where it is not what [`encode`] made.
pub(crate) fn decode(format: VectorFormat, dims: usize, data: &[u8]) -> Option<Vec<f32>> {
    if data.len() != encoded_len(format, dims) {
        return None;
    }
    let (data, sum) = data.split_at(data.len() - CHECKSUM_BYTES);
    if checksum(data) != sum {
        return None;
    }
    Some(match format {
        VectorFormat::F32 => data.as_chunks().0.iter().map(|it| f32::from_le_bytes(*it)).collect(),
        VectorFormat::F16 => {
            let halves = data.as_chunks().0.iter();
            halves.map(|it| from_half(u16::from_le_bytes(*it))).collect()
        }
        VectorFormat::I8 => data.iter().map(|it| f32::from(it.cast_signed())).collect(),
    })
}

/// The components as bytes. Only the direction counts, so the largest fills its byte: scaled to
/// length one, 256 components would share some eight steps each.
pub(crate) fn to_bytes(vector: &[f32]) -> Vec<i8> {
    let largest = vector.iter().fold(f32::MIN_POSITIVE, |max, it| max.max(it.abs()));
    vector.iter().map(|it| (it / largest * 127.0).round() as i8).collect()
}

fn checksum(data: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let hash = blake3::hash(data);
    *hash.as_bytes().first_chunk().expect("a hash is longer than its checksum")
}

/// The nearest half float; what is too large becomes infinite, what is too small zero.
fn to_half(value: f32) -> u16 {
    let bits = value.to_bits();
    let sign = ((bits >> 16) & 0x8000) as u16;
    let exponent = ((bits >> 23) & 0xff).cast_signed() - 127;
    let fraction = bits & 0x7f_ffff;
    match exponent {
        16.. => sign | 0x7c00 | u16::from(exponent == 128 && fraction != 0),
        -14..16 => {
            let half = (((exponent + 15) as u32) << 10) | (fraction >> 13);
            sign | (half + ((fraction >> 12) & 1)) as u16
        }
        -25..-14 => {
            let whole = fraction | 0x80_0000;
            let shift = (-exponent - 1) as u32;
            sign | ((whole >> shift) + ((whole >> (shift - 1)) & 1)) as u16
        }
        _ => sign,
    }
}

fn from_half(half: u16) -> f32 {
    let sign = if half & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from((half >> 10) & 0x1f);
    let fraction = f32::from(half & 0x3ff) / 1024.0;
    match exponent {
        0 => sign * fraction * 2f32.powi(-14),
        31 if fraction == 0.0 => sign * f32::INFINITY,
        31 => f32::NAN,
        _ => sign * (1.0 + fraction) * 2f32.powi(exponent - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_is_read_back_and_a_damaged_one_is_not() {
        let vector = [0.6, -0.8, 0.0];
        for format in [VectorFormat::I8, VectorFormat::F16, VectorFormat::F32] {
            let data = encode(format, &vector);
            assert_eq!(data.len(), encoded_len(format, 3));
            let back = decode(format, 3, &data).unwrap();
            let length = back.iter().map(|it| it * it).sum::<f32>().sqrt();
            for (a, b) in vector.iter().zip(&back) {
                assert!((a - b / length).abs() < 0.005, "{format:?} {back:?}");
            }
            assert_eq!(decode(format, 2, &data), None);
            for at in 0..data.len() {
                let mut damaged = data.clone();
                damaged[at] ^= 1;
                assert_eq!(decode(format, 3, &damaged), None);
            }
        }
    }

    #[test]
    fn halves_keep_what_they_can() {
        for value in [0.0, 1.0, -1.0, 0.5, 65504.0, 2f32.powi(-14), 2f32.powi(-24), -0.333_251_95] {
            assert_eq!(from_half(to_half(value)), value);
        }
        assert_eq!(from_half(to_half(1e9)), f32::INFINITY);
        assert_eq!(from_half(to_half(1e-9)), 0.0);
        assert!(from_half(to_half(f32::NAN)).is_nan());
        let worst = (0..10_000)
            .map(|it| it as f32 / 10_000.0)
            .map(|it| (from_half(to_half(it)) - it).abs())
            .fold(0.0, f32::max);
        assert!(worst <= 2f32.powi(-12), "{worst}");
    }
}
