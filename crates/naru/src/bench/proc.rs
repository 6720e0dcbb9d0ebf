//! What Linux counts about processes and the machine: time of the processors and memory.

use serde::Serialize;

/// Linux counts processor time for its users in hundredths of a second on every architecture.
const TICK_US: u64 = 10_000;

/// Processor time of a process so far, microseconds; user and system together. 0 where it is not known.
fn cpu_us(pid: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name may hold blanks and brackets; the numbers stand behind its last bracket.
    let numbers = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let numbers: Vec<&str> = numbers.split_whitespace().collect();
    let ticks = |at: usize| numbers.get(at).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    // utime and stime are the 14th and 15th of all fields; the state behind the bracket is the third.
    (ticks(11) + ticks(12)) * TICK_US
}

/// The most memory that a process ever held, megabytes (10⁶ bytes).
pub(super) fn memory_peak_mb(pid: u32) -> Option<f64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u32 = line.split_whitespace().next()?.parse().ok()?;
    Some(f64::from(kibibytes) * 1_024.0 / 1e6)
}

/// The machine.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Machine {
    /// Processors.
    pub(super) cores: usize,
    /// Their model.
    pub(super) cpu_model: String,
}

impl Machine {
    /// This one.
    pub(super) fn this() -> Self {
        let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = text.lines().find(|line| line.starts_with("model name"));
        let model = model.and_then(|line| line.split_once(':'));
        Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            cpu_model: model.map_or_else(|| "unknown".to_owned(), |(_, name)| name.trim().to_owned()),
        }
    }
}

/// The processes whose share is told apart.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Watched {
    /// The hub, or the floor.
    pub(super) server: Option<u32>,
    /// The institutions.
    pub(super) banks: Option<u32>,
}

/// Processor time so far, microseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spent {
    server: u64,
    banks: u64,
    load: u64,
    busy: u64,
    stolen: u64,
}

/// Processors kept busy by each, on average.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Cores {
    /// The hub, or the floor.
    pub(super) server: f64,
    /// The institutions.
    pub(super) banks: f64,
    /// This process.
    pub(super) load: f64,
    /// Everything else on the machine: a database server, and whoever else works here.
    pub(super) others: f64,
    /// Time that the machine's own host did not give.
    pub(super) stolen: f64,
}

impl Spent {
    /// Looks now.
    pub(super) fn now(watched: Watched) -> Self {
        let text = std::fs::read_to_string("/proc/stat").unwrap_or_default();
        let line = text.lines().next().unwrap_or_default();
        let numbers = line
            .split_whitespace()
            .skip(1)
            .map(|text| text.parse::<u64>().unwrap_or(0));
        let numbers: Vec<u64> = numbers.collect();
        let sum = |places: &[usize]| places.iter().filter_map(|at| numbers.get(*at)).sum::<u64>() * TICK_US;
        Self {
            server: watched.server.map_or(0, cpu_us),
            banks: watched.banks.map_or(0, cpu_us),
            load: cpu_us(std::process::id()),
            // user, nice, system, irq, softirq; then stolen.
            busy: sum(&[0, 1, 2, 5, 6]),
            stolen: sum(&[7]),
        }
    }

    /// Microseconds of the hub, or of the floor, since an earlier look.
    pub(super) fn server_us_since(&self, earlier: &Self) -> f64 {
        (self.server - earlier.server.min(self.server)) as f64
    }

    /// Processors kept busy since an earlier look.
    pub(super) fn cores_since(&self, earlier: &Self, seconds: f64) -> Cores {
        let share = |now: u64, then: u64| now.saturating_sub(then) as f64 / 1e6 / seconds;
        let (server, banks) = (share(self.server, earlier.server), share(self.banks, earlier.banks));
        let load = share(self.load, earlier.load);
        Cores {
            server,
            banks,
            load,
            others: (share(self.busy, earlier.busy) - server - banks - load).max(0.0),
            stolen: share(self.stolen, earlier.stolen),
        }
    }
}
