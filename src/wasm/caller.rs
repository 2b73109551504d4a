//! [`Calls`] with what it has not got: a clock, dice, one timer, and somebody who makes the attempts.

use std::rc::{Rc, Weak};

use wasm_bindgen::prelude::*;

use super::attempt::Attempt;
use super::borrow::RefCell;
use super::error::Unscored;
use super::host::{self, Watch};
use crate::scoring::{Call, CallLimits, Calls, Effect, Outcome, ScoreReply, ScoreRequest};

/// What an attempt brought: what the machine is told, and what the caller is.
pub(super) type Brought = (Outcome, Result<ScoreReply, Unscored>);
/// What becomes of a call.
pub(super) type Done = Box<dyn FnOnce(Result<ScoreReply, Unscored>)>;
/// Is told what an attempt brought.
pub(super) type Report = Box<dyn FnOnce(Brought)>;
/// Makes an attempt.
type Send = Box<dyn Fn(Rc<Job>, Rc<Attempt>, Report)>;

/// What an attempt brought that got as far as an answer, or was cancelled.
pub(super) fn brought(result: Result<ScoreReply, Unscored>) -> Brought {
    (result.as_ref().map_or_else(|unscored| Outcome::of(unscored.failure), |_| Outcome::Scored), result)
}

/// What a call asks, alike for all of its attempts.
pub(super) struct Job {
    pub(super) request: Rc<ScoreRequest>,
    /// The token of this number was refused.
    pub(super) refused_token: RefCell<Option<u32>>,
    /// The token of this number was sent.
    pub(super) sent_token: RefCell<Option<u32>>,
}

struct Open {
    call: Call,
    job: Rc<Job>,
    attempt: Option<Rc<Attempt>>,
    /// What the last attempt brought.
    brought: Option<Result<ScoreReply, Unscored>>,
    done: Done,
    /// Somebody's signal that gives the call up.
    _signal: Option<Watch>,
}

/// The calls of one scorer in the page.
pub(super) struct Caller {
    calls: RefCell<Calls>,
    open: RefCell<Vec<Open>>,
    send: Send,
    timer: RefCell<Option<(f64, JsValue)>>,
    wake: Closure<dyn Fn()>,
    _network: [Watch; 2],
}

impl Caller {
    pub(super) fn new(limits: CallLimits, send: Send) -> Rc<Self> {
        Rc::new_cyclic(|this: &Weak<Self>| {
            let tick = |fired: bool| {
                let this = this.clone();
                move || {
                    if let Some(this) = this.upgrade() {
                        if fired {
                            // By a clock that is rounded a timer may come early: it is over, and another one is set.
                            this.timer.take();
                        }
                        this.step(Calls::tick);
                    }
                }
            };
            let network = |name| Watch::new(&host::global(), name, tick(false));
            Caller {
                calls: RefCell::new(Calls::new(limits)),
                open: RefCell::default(),
                send,
                timer: RefCell::default(),
                wake: Closure::new(tick(true)),
                _network: [network("online"), network("offline")],
            }
        })
    }

    /// Asks; `done` is called once, unless everything is dropped before. A signal gives the call up.
    pub(super) fn ask(self: &Rc<Self>, request: Rc<ScoreRequest>, signal: Option<&JsValue>, done: Done) -> Call {
        let call = self.told(Calls::ask);
        let watch = signal.map(|signal| {
            let this = Rc::downgrade(self);
            Watch::new(signal, "abort", move || {
                if let Some(this) = this.upgrade() {
                    this.cancel(call);
                }
            })
        });
        let job = Job { request, refused_token: RefCell::default(), sent_token: RefCell::default() };
        let open = Open { call, job: Rc::new(job), attempt: None, brought: None, done, _signal: watch };
        self.open.borrow_mut().push(open);
        self.act();
        call
    }

    /// Gives a call up.
    pub(super) fn cancel(self: &Rc<Self>, call: Call) {
        self.step(|calls, now, chance| calls.cancel(call, now, chance));
    }

    fn step(self: &Rc<Self>, event: impl FnOnce(&mut Calls, f64, f64)) {
        self.told(event);
        self.act();
    }

    fn told<T>(&self, event: impl FnOnce(&mut Calls, f64, f64) -> T) -> T {
        let (now, chance, online) = (host::monotonic(), host::draw(), !host::is_offline());
        let mut calls = self.calls.borrow_mut();
        calls.set_online(online, now, chance);
        event(&mut calls, now, chance)
    }

    /// Does what there is to do. Nothing is borrowed while anything foreign runs.
    fn act(self: &Rc<Self>) {
        loop {
            let effect = self.calls.borrow_mut().next_effect();
            match effect {
                None => break,
                Some(Effect::Send { call, fresh_token }) => self.attempt(call, fresh_token),
                Some(Effect::Abort(call)) => {
                    if let Some(attempt) = self.with(call, |open| open.attempt.take()).flatten() {
                        attempt.stop();
                    }
                }
                Some(Effect::End(call, result)) => {
                    let open = {
                        let mut list = self.open.borrow_mut();
                        list.iter().position(|open| open.call == call).map(|place| list.remove(place))
                    };
                    let Some(open) = open else { continue };
                    let result = match (result, open.brought) {
                        (Ok(()), Some(Ok(reply))) => Ok(reply),
                        (Err(failure), Some(Err(unscored))) if unscored.failure == failure => Err(unscored),
                        (Err(failure), _) => Err(Unscored::of(failure)),
                        (Ok(()), _) => Err(Unscored::of(crate::event::Failure::Malformed)),
                    };
                    (open.done)(result);
                }
            }
        }
        self.set_timer();
    }

    fn attempt(self: &Rc<Self>, call: Call, fresh_token: bool) {
        let attempt = Attempt::new();
        let job = self.with(call, |open| {
            if fresh_token {
                open.job.refused_token.replace(*open.job.sent_token.borrow());
            }
            open.attempt = attempt.as_ref().ok().cloned();
            open.job.clone()
        });
        let Some(job) = job else { return };
        let attempt = match attempt {
            Ok(attempt) => attempt,
            Err(thrown) => return self.ended(call, (Outcome::BROKEN, Err(Unscored::from_thrown(thrown)))),
        };
        let (this, waiting) = (Rc::downgrade(self), attempt.clone());
        // In a microtask: nobody's function is called from inside of the call that asks.
        waiting.wait_for(
            Ok(JsValue::UNDEFINED),
            Box::new(move |begun| {
                let Some(caller) = this.upgrade() else { return };
                let report: Report = Box::new(move |brought| {
                    if let Some(this) = this.upgrade() {
                        this.attempted(call, brought);
                    }
                });
                match begun {
                    Ok(_) => (caller.send)(job, attempt, report),
                    Err(unscored) => report(brought(Err(unscored))),
                }
            }),
        );
    }

    fn attempted(self: &Rc<Self>, call: Call, brought: Brought) {
        // Of one that was stopped nobody wants to hear.
        let Some(attempt) = self.with(call, |open| open.attempt.take()).flatten() else { return };
        if brought.0 != Outcome::Scored {
            // Whatever of it is still going on serves nobody.
            attempt.stop();
        }
        self.ended(call, brought);
    }

    fn ended(self: &Rc<Self>, call: Call, (outcome, result): Brought) {
        self.with(call, |open| open.brought = Some(result));
        self.step(|calls, now, chance| calls.attempted(call, outcome, now, chance));
    }

    fn with<T>(&self, call: Call, change: impl FnOnce(&mut Open) -> T) -> Option<T> {
        self.open.borrow_mut().iter_mut().find(|open| open.call == call).map(change)
    }

    fn set_timer(&self) {
        let at = self.calls.borrow().wake_at();
        let before = self.timer.borrow().as_ref().map(|(at, _)| *at);
        if at == before {
            return;
        }
        if let Some((_, timer)) = self.timer.take() {
            let _ = host::clear_timeout(&timer);
        }
        if let Some(at) = at {
            let wait = (at - host::monotonic()).max(0.0);
            // A page that has no timers has no deadlines either; nothing else depends on it.
            if let Ok(timer) = host::set_timeout(self.wake.as_ref().unchecked_ref(), wait.ceil()) {
                self.timer.replace(Some((at, timer)));
            }
        }
    }
}

impl Drop for Caller {
    /// Nobody is left to hear of what is on its way.
    fn drop(&mut self) {
        if let Some((_, timer)) = self.timer.take() {
            let _ = host::clear_timeout(&timer);
        }
        for open in self.open.take() {
            if let Some(attempt) = open.attempt {
                attempt.stop();
            }
            (open.done)(Err(Unscored::cancelled()));
        }
    }
}
