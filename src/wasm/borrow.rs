//! A `RefCell` that does not carry a place in the source for each of its borrows: in the page nobody reads them.

use std::cell::{self, Ref, RefMut};
use std::mem;

/// As [`cell::RefCell`].
#[derive(Default)]
pub(super) struct RefCell<T>(cell::RefCell<T>);

impl<T> RefCell<T> {
    pub(super) const fn new(value: T) -> Self {
        RefCell(cell::RefCell::new(value))
    }

    pub(super) fn borrow(&self) -> Ref<'_, T> {
        self.0.borrow()
    }

    pub(super) fn borrow_mut(&self) -> RefMut<'_, T> {
        self.0.borrow_mut()
    }

    pub(super) fn replace(&self, value: T) -> T {
        mem::replace(&mut *self.borrow_mut(), value)
    }
}

impl<T: Default> RefCell<T> {
    pub(super) fn take(&self) -> T {
        self.replace(T::default())
    }
}
