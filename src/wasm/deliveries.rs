//! What a conversation sends to its host: the audit log and the handoff packets. The rules are the core's
//! [`AuditLog`] and [`Outbox`]; here bytes are moved and clocks are read.

use std::rc::Rc;

use super::borrow::RefCell;
use super::endpoint::Endpoint;
use super::error::error;
use super::host::{self, Watch};
use super::journal::{Kept, Kind};
use super::write;
use crate::audit::{AuditLog, LogEntry};
use crate::outbox::{Delivery, Outbox};
use crate::packet::HandoffPacket;

struct Log {
    endpoint: Endpoint,
    audit: AuditLog,
    /// A timer is set for then.
    timer_at: f64,
    /// Entries that were taken, counted from the journal's snapshot on; below nothing while older ones wait.
    taken: f64,
    /// Entries to come that were taken before.
    skip: usize,
}

struct Packets {
    endpoint: Endpoint,
    outbox: Outbox<HandoffPacket>,
    /// What has to be added to a packet's number to count it from the journal's snapshot on.
    before: f64,
    /// Packets to come that were taken before.
    skip: f64,
}

/// The deliveries of one conversation.
pub(super) struct Deliveries {
    log: RefCell<Option<Log>>,
    packets: RefCell<Option<Packets>>,
    kept: Kept,
    page: RefCell<Option<Watch>>,
}

impl Deliveries {
    pub(super) fn new(log: Option<(Endpoint, AuditLog)>, packets: Option<Endpoint>, kept: Kept) -> Rc<Self> {
        let log = log.map(|(endpoint, audit)| Log { endpoint, audit, timer_at: f64::INFINITY, taken: 0.0, skip: 0 });
        let packets = packets.map(|endpoint| Packets { endpoint, outbox: Outbox::new(0), before: 0.0, skip: 0.0 });
        Rc::new(Deliveries { log: RefCell::new(log), packets: RefCell::new(packets), kept, page: RefCell::default() })
    }

    /// So many entries of the log and packets will come that were taken before.
    pub(super) fn skip(&self, entries: f64, packets: f64) {
        if let Some(log) = &mut *self.log.borrow_mut() {
            (log.taken, log.skip) = (entries, entries as usize);
        }
        if let Some(outgoing) = &mut *self.packets.borrow_mut() {
            (outgoing.before, outgoing.skip) = (packets, packets);
        }
    }

    /// Whether nothing is waiting or on its way.
    pub(super) fn at_rest(&self) -> bool {
        let log = self.log.borrow().as_ref().is_none_or(|log| log.audit.is_empty());
        log && self.packets.borrow().as_ref().is_none_or(|packets| packets.outbox.is_empty())
    }

    /// A snapshot takes the place of what the journal kept: from here on it counts anew.
    pub(super) fn checkpoint(&self) {
        if let Some(log) = &mut *self.log.borrow_mut() {
            log.taken = -(log.audit.len() as f64);
        }
        if let Some(packets) = &mut *self.packets.borrow_mut() {
            packets.before = -(packets.outbox.next_number() as f64);
        }
    }

    /// Waits for the page to go. Called last, so that what others do then is in the log.
    pub(super) fn watch_page(self: &Rc<Self>) {
        if self.log.borrow().is_none() {
            return;
        }
        let deliveries = Rc::downgrade(self);
        let watch = Watch::new(&host::global(), "pagehide", move || {
            if let Some(deliveries) = deliveries.upgrade() {
                deliveries.page_goes();
            }
        });
        *self.page.borrow_mut() = Some(watch);
    }

    /// Takes entries of the log in.
    pub(super) fn log(self: &Rc<Self>, mut entries: Vec<LogEntry>) {
        if entries.is_empty() {
            return;
        }
        let ended = self.log.borrow_mut().as_mut().is_some_and(|log| {
            let skipped = log.skip.min(entries.len());
            log.skip -= skipped;
            entries.drain(..skipped);
            log.audit.add(entries, host::now())
        });
        if ended {
            self.failed("log-ended", "too much of the log could not be sent; it ends here");
        }
        self.send_log();
    }

    /// Whether packets go anywhere.
    pub(super) fn take_packets(&self) -> bool {
        self.packets.borrow().is_some()
    }

    /// Takes a packet in.
    pub(super) fn packet(self: &Rc<Self>, packet: HandoffPacket) {
        if let Some(packets) = &mut *self.packets.borrow_mut() {
            if packets.skip > 0.0 {
                packets.skip -= 1.0;
                return;
            }
            packets.outbox.put(packet);
        }
        self.send_packet();
    }

    fn send_log(self: &Rc<Self>) {
        let now = host::now();
        let (endpoint, seq, entries, body) = {
            let mut log = self.log.borrow_mut();
            let Some(log) = &mut *log else { return };
            let body = log.audit.next(now, false).map(|batch| (batch.seq, batch.entries.len(), write::json(&batch)));
            let Some((seq, entries, Ok(body))) = body else {
                let due = log.audit.wake_at().filter(|at| *at < log.timer_at);
                let Some(at) = due else { return };
                log.timer_at = at;
                let weak = Rc::downgrade(self);
                host::later(at - now, move || {
                    if let Some(deliveries) = weak.upgrade() {
                        if let Some(log) = &mut *deliveries.log.borrow_mut() {
                            log.timer_at = f64::INFINITY;
                        }
                        deliveries.send_log();
                    }
                });
                return;
            };
            self.logged(log.taken + entries as f64);
            (log.endpoint.clone(), seq, entries, body)
        };
        let weak = Rc::downgrade(self);
        endpoint.post(body, move |status| {
            let delivery = Delivery::of_status(status);
            let Some(deliveries) = weak.upgrade() else { return };
            let (now, chance) = (host::now(), host::draw());
            let ended = deliveries.log.borrow_mut().as_mut().is_some_and(|log| {
                if delivery == Delivery::Taken {
                    log.taken += entries as f64;
                }
                deliveries.logged(log.taken);
                log.audit.sent(seq, delivery, now, chance)
            });
            if ended {
                deliveries.failed("log-ended", "the endpoint of the log refuses it; it ends here");
            }
            deliveries.send_log();
        });
    }

    fn send_packet(self: &Rc<Self>) {
        let now = host::now();
        let (endpoint, number, body) = {
            let mut packets = self.packets.borrow_mut();
            let Some(packets) = &mut *packets else { return };
            let Some((number, packet)) = packets.outbox.next(now) else { return };
            let Ok(body) = write::json(packet) else { return };
            self.sent(packets.before + number as f64 + 1.0);
            (packets.endpoint.clone(), number, body)
        };
        // Without the conversation: a packet on its way is wanted, whatever becomes of the page's objects.
        let deliveries = Rc::clone(self);
        endpoint.post(body, move |status| {
            let delivery = Delivery::of_status(status);
            let (now, chance) = (host::now(), host::draw());
            let (lost, due) = match &mut *deliveries.packets.borrow_mut() {
                Some(packets) => {
                    if delivery == Delivery::Later {
                        deliveries.sent(packets.before + number as f64);
                    }
                    (packets.outbox.sent(number, delivery, now, chance), packets.outbox.wake_at())
                }
                None => (false, None),
            };
            if lost {
                deliveries.failed("packet-undelivered", "the endpoint did not take the handoff packet");
            }
            if let Some(at) = due {
                host::later(at - now, move || deliveries.send_packet());
            }
        });
    }

    fn failed(&self, code: &str, message: &str) {
        self.kept.tell(Kind::Error, &error(code, message));
    }

    fn logged(&self, entries: f64) {
        if let Some(journal) = self.kept.journal() {
            journal.set_logged(entries.max(0.0));
        }
    }

    fn sent(&self, packets: f64) {
        if let Some(journal) = self.kept.journal() {
            journal.set_sent(packets.max(0.0));
        }
    }

    /// Sends what was not taken yet, from a page that goes.
    pub(super) fn page_goes(&self) {
        if let Some(log) = &mut *self.log.borrow_mut() {
            for batch in log.audit.all() {
                if let Ok(body) = write::json(&batch) {
                    log.endpoint.post_last(&body);
                }
            }
        }
    }

    /// Throws away what was not taken yet, of the log and of the packets.
    pub(super) fn forget(&self) {
        if let Some(packets) = &mut *self.packets.borrow_mut() {
            packets.outbox.clear();
        }
        if let Some(log) = &mut *self.log.borrow_mut() {
            log.audit.forget();
        }
    }
}

impl Drop for Deliveries {
    fn drop(&mut self) {
        self.page_goes();
    }
}
