//! The numbers for `/metrics`, in the Prometheus text format.

use std::sync::Mutex;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    route: &'static str,
    code: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PartLabels {
    route: &'static str,
    part: &'static str,
}

/// The hub's counters. Labels are routes of the table and wire codes: both closed lists.
pub struct Metrics {
    registry: Mutex<Registry>,
    calls: Family<CallLabels, Counter>,
    seconds: Family<PartLabels, Histogram>,
    /// Transfers that are not final.
    pub transfers_open: Gauge,
    /// Transfers that only people can end.
    pub transfers_stuck: Gauge,
    /// Calls waiting to be recorded.
    pub calls_waiting: Gauge,
}

impl Metrics {
    /// Fresh counters.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("naru");
        let calls = Family::<CallLabels, Counter>::default();
        registry.register("calls", "Answered calls by route and answer code", calls.clone());
        let seconds = Family::<PartLabels, Histogram>::new_with_constructor(|| {
            Histogram::new(exponential_buckets(0.000_1, 2.0, 18))
        });
        registry.register(
            "call_seconds",
            "Time of a call, hub and institution apart",
            seconds.clone(),
        );
        let gauge = |registry: &mut Registry, name: &str, help: &str| {
            let gauge = Gauge::default();
            registry.register(name, help, gauge.clone());
            gauge
        };
        let transfers_open = gauge(&mut registry, "transfers_open", "Transfers that are not final");
        let transfers_stuck = gauge(&mut registry, "transfers_stuck", "Transfers that only people can end");
        let calls_waiting = gauge(&mut registry, "calls_waiting", "Calls waiting to be recorded");
        let registry = Mutex::new(registry);
        Self {
            registry,
            calls,
            seconds,
            transfers_open,
            transfers_stuck,
            calls_waiting,
        }
    }

    /// Counts an answered call.
    pub fn call(&self, route: &'static str, code: &str, hub_us: i64, institution_us: i64) {
        self.calls
            .get_or_create(&CallLabels {
                route,
                code: code.to_owned(),
            })
            .inc();
        let observe = |part, micros: i64| {
            self.seconds
                .get_or_create(&PartLabels { route, part })
                .observe(micros as f64 / 1e6);
        };
        observe("hub", hub_us);
        if institution_us > 0 {
            observe("institution", institution_us);
        }
    }

    /// The text for a scrape.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let registry = self.registry.lock().expect("encoding numbers does not panic");
        encode(&mut text, &registry).expect("writing to a string cannot fail");
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}
