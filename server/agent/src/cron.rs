//! Times that come again, as cron writes them: minute, hour, day, month, weekday.

/// When something is to be done, again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    /// Minutes of an hour.
    minutes: Vec<u8>,
    /// Hours of a day.
    hours: Vec<u8>,
    days: Vec<u8>,
    months: Vec<u8>,
    /// From 0, Sunday.
    weekdays: Vec<u8>,
    /// As cron has it: where both days and weekdays are given, one of them is enough.
    is_any_day: bool,
}

impl Cron {
    /// The times that `text`, five fields, means.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn parse(text: &str) -> Result<Cron, String> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = fields[..] else {
            return Err(format!("five fields are needed, there are {}", fields.len()));
        };
        let mut weekdays_set = field("weekday", weekdays, (0, 7))?;
        weekdays_set.iter_mut().filter(|it| **it == 7).for_each(|it| *it = 0);
        weekdays_set.sort_unstable();
        weekdays_set.dedup();
        Ok(Cron {
            minutes: field("minute", minutes, (0, 59))?,
            hours: field("hour", hours, (0, 23))?,
            days: field("day", days, (1, 31))?,
            months: field("month", months, (1, 12))?,
            weekdays: weekdays_set,
            is_any_day: !days.starts_with('*') && !weekdays.starts_with('*'),
        })
    }

    /// True where something is to be done on a day; weekdays are counted from 0, Sunday.
    pub fn has_day(&self, month: u8, day: u8, weekday: u8) -> bool {
        let (is_day, is_weekday) = (self.days.contains(&day), self.weekdays.contains(&weekday));
        let fits = if self.is_any_day { is_day || is_weekday } else { is_day && is_weekday };
        fits && self.months.contains(&month)
    }

    /// The times of such a day, in order: hour and minute.
    pub fn times(&self) -> impl Iterator<Item = (u8, u8)> {
        self.hours.iter().flat_map(|hour| self.minutes.iter().map(|minute| (*hour, *minute)))
    }
}

/// Lists of numbers, ranges and `*`, each with a step.
fn field(name: &str, text: &str, (min, max): (u8, u8)) -> Result<Vec<u8>, String> {
    let wrong = || format!("`{text}` is no {name} ({min} to {max}, `*`, `1-5`, `*/15`, `1,3`)");
    let mut res = Vec::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            None => (part, 1),
            Some((range, step)) => {
                let step = step.parse().ok().filter(|it: &u8| 0 < *it);
                (range, step.ok_or_else(wrong)?)
            }
        };
        let number = |it: &str| {
            let number = it.parse().ok().filter(|it: &u8| (min..=max).contains(it));
            number.ok_or_else(wrong)
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (min, max),
            Some((from, to)) => (number(from)?, number(to)?),
            None if part.contains('/') => (number(range)?, max),
            None => (number(range)?, number(range)?),
        };
        if to < from {
            return Err(wrong());
        }
        res.extend((from..=to).step_by(step.into()));
    }
    res.sort_unstable();
    res.dedup();
    Ok(res)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_lists_ranges_and_steps() {
        let cron = Cron::parse("*/20 9-10,13 * 1 1-5").unwrap();
        let times: Vec<String> = cron.times().map(|it| format!("{}:{:02}", it.0, it.1)).collect();
        assert_eq!(times.join(" "), "9:00 9:20 9:40 10:00 10:20 10:40 13:00 13:20 13:40");
        assert!(cron.has_day(1, 15, 3) && !cron.has_day(2, 15, 3) && !cron.has_day(1, 15, 0));
        assert!(Cron::parse("0 0 * * 7").unwrap().has_day(5, 5, 0), "7 is Sunday too");
    }

    #[test]
    fn a_day_or_a_weekday_is_enough_where_both_are_given() {
        let cron = Cron::parse("0 0 13 * 5").unwrap();
        assert!(cron.has_day(1, 13, 2) && cron.has_day(1, 2, 5) && !cron.has_day(1, 2, 2));
    }

    #[test]
    fn what_is_no_time_is_told() {
        for wrong in ["", "* * * *", "60 * * * *", "* 5-2 * * *", "*/0 * * * *", "a * * * *"] {
            assert!(Cron::parse(wrong).is_err(), "{wrong}");
        }
        let why = Cron::parse("61 * * * *").unwrap_err();
        assert_eq!(why, "`61` is no minute (0 to 59, `*`, `1-5`, `*/15`, `1,3`)");
    }
}
