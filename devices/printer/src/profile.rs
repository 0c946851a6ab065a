//! What is known about one model of printer, as data: paper, fences, sensors, and the maker's deviations.

use device_contract::PrinterState;
use escpos::Sensors;
use receipt::Columns;
use std::time::Duration;

/// One model of printer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// How it is called in a configuration.
    pub name: &'static str,
    /// Width of the paper in millimeters.
    pub paper_mm: u32,
    /// Printable dots across, 8 to the millimeter.
    pub dots: u32,
    /// Characters of the normal font across.
    pub columns: Columns,
    /// How it can be asked whether something is on paper.
    pub fence: Fence,
    /// Whether it pushes a status block on every change.
    pub auto_status: bool,
    /// Whether it has a cutter; without one the paper is fed past the tear bar.
    pub cutter: bool,
    /// Whether it notices that the roll is nearly used up.
    pub near_end_sensor: Sensor,
    /// Its near-end bits are set while there is enough paper (one maker's manual says so).
    pub near_end_inverted: bool,
    /// Dots per QR module wished for; a code that would not fit gets smaller modules.
    pub qr_module_dots: u8,
    /// How long it may be silent after a job before the job is unknown, not counting the printing itself.
    pub patience: Duration,
}

/// How a printer tells that everything before a certain point is on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fence {
    /// `GS ( H`: answered when the data before it has been printed (Epson TM-T20, T82, T88IV and later, m30).
    ProcessId,
    /// `GS r 1`: answered in turn, when the data before it has been taken from the buffer (nearly all).
    Transmit,
    /// It never answers.
    Nothing,
}

/// Whether a part is built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sensor {
    /// It is.
    Present,
    /// It is not, and its bits mean nothing.
    Absent,
    /// Nobody has looked yet.
    NotKnown,
}

impl Profile {
    /// The usual Chinese 58 mm printer: no cutter, no near-end sensor, no process ids.
    pub fn generic_58() -> Profile {
        Profile {
            name: "generic-58",
            paper_mm: 58,
            dots: 384,
            columns: Columns::MM_58,
            fence: Fence::Transmit,
            auto_status: true,
            cutter: false,
            near_end_sensor: Sensor::NotKnown,
            near_end_inverted: false,
            qr_module_dots: 6,
            patience: Duration::from_secs(15),
        }
    }

    /// The usual Chinese 80 mm printer with a cutter.
    pub fn generic_80() -> Profile {
        Profile {
            name: "generic-80",
            paper_mm: 80,
            dots: 576,
            columns: Columns::MM_80,
            cutter: true,
            qr_module_dots: 7,
            ..Profile::generic_58()
        }
    }

    /// Epson's 80 mm printers, which answer process ids.
    pub fn epson_80() -> Profile {
        Profile {
            name: "epson-80",
            fence: Fence::ProcessId,
            near_end_sensor: Sensor::Present,
            ..Profile::generic_80()
        }
    }

    /// Epson's 58 mm printers, which answer process ids.
    pub fn epson_58() -> Profile {
        Profile { name: "epson-58", fence: Fence::ProcessId, cutter: true, ..Profile::generic_58() }
    }

    /// All profiles there are.
    pub fn all() -> [Profile; 4] {
        [Profile::generic_58(), Profile::generic_80(), Profile::epson_58(), Profile::epson_80()]
    }

    /// The profile of this name.
    pub fn named(name: &str) -> Option<Profile> {
        Profile::all().into_iter().find(|profile| profile.name == name)
    }

    /// What the sensors of this model add up to. With several things wrong, the one to put right first: many printers
    /// also report no paper while the lid is up.
    pub fn state(&self, sensors: &Sensors) -> PrinterState {
        if sensors.cover_open {
            PrinterState::CoverOpen
        } else if sensors.paper_out {
            PrinterState::PaperOut
        } else if sensors.cutter_error || sensors.mechanical_error {
            PrinterState::CutterError
        } else if sensors.passing_error {
            PrinterState::Hot
        } else if sensors.offline || sensors.unrecoverable_error || sensors.error {
            PrinterState::Offline
        } else if self.near_end(sensors) {
            PrinterState::NearEnd
        } else {
            PrinterState::Ready
        }
    }

    fn near_end(&self, sensors: &Sensors) -> bool {
        self.near_end_sensor != Sensor::Absent && sensors.near_end != self.near_end_inverted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(profile: Profile, sensors: Sensors, state: PrinterState) {
        assert_eq!(profile.state(&sensors), state);
    }

    #[test]
    fn the_thing_to_put_right_first_is_named() {
        let lid_up_on_a_clone =
            Sensors { cover_open: true, paper_out: true, offline: true, ..Sensors::default() };
        check(Profile::generic_58(), lid_up_on_a_clone, PrinterState::CoverOpen);
        let out = Sensors { paper_out: true, near_end: true, offline: true, ..Sensors::default() };
        check(Profile::generic_58(), out, PrinterState::PaperOut);
        let jam = Sensors { cutter_error: true, error: true, offline: true, ..Sensors::default() };
        check(Profile::generic_80(), jam, PrinterState::CutterError);
        check(Profile::generic_80(), Sensors { offline: true, ..Sensors::default() }, PrinterState::Offline);
    }

    #[test]
    fn the_near_end_sensor_may_be_missing_or_inverted() {
        let near = Sensors { near_end: true, ..Sensors::default() };
        check(Profile::epson_80(), near, PrinterState::NearEnd);
        check(Profile { near_end_sensor: Sensor::Absent, ..Profile::epson_80() }, near, PrinterState::Ready);
        let inverted = Profile { near_end_inverted: true, ..Profile::epson_80() };
        check(inverted.clone(), near, PrinterState::Ready);
        check(inverted, Sensors::default(), PrinterState::NearEnd);
    }

    #[test]
    fn profiles_are_found_by_name_and_are_consistent() {
        for profile in Profile::all() {
            assert_eq!(Profile::named(profile.name).as_ref(), Some(&profile));
            assert_eq!(
                profile.columns.count() as u32 * 12,
                profile.dots,
                "{}: font A is 12 dots wide",
                profile.name
            );
        }
        assert_eq!(Profile::named("typewriter"), None);
    }
}
