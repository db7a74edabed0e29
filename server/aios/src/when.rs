//! Moments as people write them: a date, a time, both, or a span of time from now.

use anyhow::Context as _;
use jiff::{
    Span, Timestamp, ToSpan as _, ZonedDateTime,
    civil::{DateTime, Time},
    tz::TimeZone,
};

/// Which way a span of time goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// `3 weeks` is three weeks ago.
    Back,
    /// `3 weeks` is in three weeks.
    Ahead,
}

/// The moment that `written` means.
///
/// # Errors
/// Where it is none of these.
pub(crate) fn moment(written: &str, way: Way) -> anyhow::Result<Timestamp> {
    moment_from(written, way, &ZonedDateTime::now())
}

/// `text`, if it is written as a moment; for the command line, which says what is wrong with its
/// arguments before anything is done.
pub(crate) fn written(text: &str) -> Result<String, String> {
    match moment(text, Way::Back) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err("neither a date (2026-01-31) nor a time (10:00, 3 weeks, 2d)".to_owned()),
    }
}

/// The day of a moment, in milliseconds since 1970.
pub(crate) fn day(at_ms: u64) -> String {
    let moment = Timestamp::from_millisecond(at_ms.cast_signed()).unwrap_or_default();
    moment.to_zoned_datetime(TimeZone::UTC).date().to_string()
}

/// The moment `at_ms` to the minute, as people here read it.
pub(crate) fn minute(at_ms: u64) -> String {
    let moment = Timestamp::from_millisecond(at_ms.cast_signed()).unwrap_or_default();
    moment.to_zoned_datetime(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}

fn moment_from(written: &str, way: Way, now: &ZonedDateTime) -> anyhow::Result<Timestamp> {
    let zone = now.time_zone().clone();
    if let Ok(moment) = written.parse::<Timestamp>() {
        return Ok(moment);
    }
    if let Ok(at) = written.parse::<DateTime>() {
        return Ok(at.to_zoned_datetime(zone)?.timestamp());
    }
    if let Ok(time) = written.trim().parse::<Time>()
        && written.contains(':')
    {
        let today = now.date().to_datetime(time).to_zoned_datetime(zone)?;
        let is_to_come = now < today;
        return Ok(match way {
            Way::Back if is_to_come => today.checked_sub(1.day())?.timestamp(),
            Way::Ahead if !is_to_come => today.checked_add(1.day())?.timestamp(),
            _ => today.timestamp(),
        });
    }
    let span = written.trim().trim_end_matches("ago").trim_end().parse::<Span>();
    let span = span.with_context(|| {
        format!("`{written}` is neither a date (2026-01-31) nor a time (3 weeks, 2d)")
    })?;
    let span = span.abs();
    Ok(match way {
        Way::Back => now.checked_sub(span)?.timestamp(),
        Way::Ahead => now.checked_add(span)?.timestamp(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, way: Way, expected: Option<&str>) {
        let now: ZonedDateTime = "2026-03-10T00:00:00[UTC]".parse().unwrap();
        let found = moment_from(written, way, &now).ok();
        let found = found.map(|it| day(it.as_millisecond().cast_unsigned()));
        assert_eq!(found.as_deref(), expected, "{written}");
    }

    #[test]
    fn moments_are_dates_or_spans_from_now() {
        check("2026-01-31", Way::Back, Some("2026-01-31"));
        check("2 weeks", Way::Back, Some("2026-02-24"));
        check("3d", Way::Back, Some("2026-03-07"));
        check("1 month ago", Way::Back, Some("2026-02-10"));
        check("90d", Way::Ahead, Some("2026-06-08"));
        check("yesterday", Way::Back, None);
    }

    #[test]
    fn a_time_is_the_last_one_or_the_next() {
        let now: ZonedDateTime = "2026-11-25T12:00:00+01:00[+01:00]".parse().unwrap();
        let check = |written: &str, way, expected: &str| {
            assert_eq!(moment_from(written, way, &now).unwrap().to_string(), expected, "{written}");
        };
        check("10:00", Way::Back, "2026-11-25T09:00:00Z");
        check("13:00", Way::Back, "2026-11-24T12:00:00Z");
        check("10:00", Way::Ahead, "2026-11-26T09:00:00Z");
        check("2026-11-23", Way::Back, "2026-11-22T23:00:00Z");
        check("2026-11-23 10:00", Way::Back, "2026-11-23T09:00:00Z");
        check("2026-11-23T10:00:00Z", Way::Back, "2026-11-23T10:00:00Z");
        check("2h", Way::Back, "2026-11-25T09:00:00Z");
        check("10min", Way::Back, "2026-11-25T10:50:00Z");
        for wrong in ["", "10", "25:00"] {
            assert!(moment_from(wrong, Way::Back, &now).is_err(), "{wrong}");
        }
    }
}
