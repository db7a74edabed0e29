//! Times as they are typed: so long ago, or a day.

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;

/// The moment, in milliseconds since 1970, that a written time means at `now_ms`: `30min`, `2h`,
/// `3d`, `1w` ago; `today` and `yesterday` from midnight on, in UTC. `None` for anything else.
pub fn since_ms(written: &str, now_ms: u64) -> Option<u64> {
    let midnight = now_ms - now_ms % DAY_MS;
    match written {
        "today" => return Some(midnight),
        "yesterday" => return midnight.checked_sub(DAY_MS),
        _ => {}
    }
    let digits = written.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = written.split_at(digits);
    let unit_ms = match unit.trim() {
        "min" | "minute" | "minutes" => MINUTE_MS,
        "h" | "hour" | "hours" => HOUR_MS,
        "d" | "day" | "days" => DAY_MS,
        "w" | "week" | "weeks" => 7 * DAY_MS,
        _ => return None,
    };
    now_ms.checked_sub(number.parse::<u64>().ok()?.checked_mul(unit_ms)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_so_long_ago_or_days() {
        let now_ms = 10 * DAY_MS + 5 * HOUR_MS;
        assert_eq!(since_ms("2h", now_ms), Some(now_ms - 2 * HOUR_MS));
        assert_eq!(since_ms("1 week", now_ms), Some(now_ms - 7 * DAY_MS));
        assert_eq!(since_ms("today", now_ms), Some(10 * DAY_MS));
        assert_eq!(since_ms("yesterday", now_ms), Some(9 * DAY_MS));
        for wrong in ["", "2", "h", "soon", "99999999999999999999h", "-1h"] {
            assert_eq!(since_ms(wrong, now_ms), None, "{wrong}");
        }
    }
}
