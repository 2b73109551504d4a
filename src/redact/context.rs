//! What stands before a number says what it is, where its digits leave that open.

use std::sync::OnceLock;

use super::folded::{Folded, is_word};
use crate::strings::split;

/// Words looked back on.
const MAX_WORDS: usize = 6;

// Beginnings of words in the folded alphabet, so that one entry serves "Bestellung" and "Bestellnummer".

/// The number that follows names a thing, not a person.
const THINGS: &str = "ACCOUNT AKTENZEICHEN ARTIC ARTIK ASIN AWB BARCODE BATCH BESTELL BOOKING BUCHUNG BUILD CASE CLAIM CLIENT CODE \
    COLIS COMMANDE COMPTE CONFIRM CONSIGNMENT COUPON CUENTA CUSTOMER DEAL DELIVERY EAN ENCOMENDA ENVIO FACTUR \
    FATTURA FATURA FLIGHT GUTSCHEIN IMEI INCIDENT INV INVOICE ISBN ITEM JOB KLANT KUNDEN LIEFER LOT MODEL ORDEN \
    ORDER ORDINE PACKAGE PAKET PAKKET PARCEL PART PEDIDO PO PRODUCT PRODUKT PRODUTO PRZESYL QUOTE RASTRE RECEIPT \
    RECHNUNG REF REQUEST RESERV RMA SEGUIMIENTO SENDUNG SERIAL SERIE SHIPMENT SHIPPING SKU SO SPEDIZIONE STORE \
    SUIVI TICKET TRACK TRANSA UPC VERSION VIN VORGANG VOUCHER ZAMOWIEN ZENDING";
/// The number that follows is a document of a person.
const IDS: &str = "AADHAAR AHV AUSWEIS AVS BSN BURGERSERVICE CODICE CPF CPR CURP DNI FISCALE FODSELS HENKILO IDENTI IDNR INSURANCE \
    ITIN KRANKENVERS LICENCE LICENSE NATIONAL NHS NIE NIF NINO NIR NISS PASAPORTE PASSAPORTO PASSEPORT PASSPORT PERSONAL \
    PERSONNUM PESEL REISEPASS RENTENVERS RIJKSREGISTER RUT SECU SIN SOCIAL SOZIAL SSN STEUER SVNR TAX TIN";
/// A phone number is likely.
const PHONES: &str = "ANRUF APPEL BEL CALL CELL CELULAR CHIAM DIAL FAX HANDY JOIGN LLAM MOBIL MOVIL PHONE PORTABLE RAPPEL REACH RING \
    RUF SMS TEL TELEF TELEMOVEL TELEPHON TEXT TLF WHATSAPP ZADZWO";
/// A payment card is likely.
const CARDS: &str = "AMEX CARD CARTA CARTE CREDIT DEBIT KAART KARTA KARTE KREDITKARTE MAESTRO MASTERCARD TARJETA VISA";
/// Whole words that may stand between.
const FILLERS: &str = "A AND ARE DA DE DEL DELLA DO DU E EL ES EST FOR ID IL IS IST IT ITS LA LAUTET LE MEIN MEINE MEINER MI MIJN MIN \
    MOJ MY N NO NR NUM NUMBER NUMBERS NUMER NUMERO NUMMER O OF OUR S THE TO WAS YOUR";

/// What the words before a number say of it.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "four independent findings")]
pub(super) struct Context {
    /// It names a thing: an order, a parcel, a version.
    pub thing: bool,
    /// It is a document of a person.
    pub id: bool,
    /// A phone number is likely.
    pub phone: bool,
    /// A payment card is likely.
    pub card: bool,
}

impl Context {
    /// Reads back from `at`.
    pub fn before(folded: &Folded, at: usize) -> Context {
        let mut context = Context::default();
        let mut end = at;
        // Whether nothing but fillers stood between.
        let mut close = true;
        for _ in 0..MAX_WORDS {
            let gap = end;
            while end > 0 && !is_word(folded.before(end)) && folded.before(end) != super::folded::OTHER_LETTER {
                end -= 1;
                match folded.before(end + 1) {
                    b'#' if gap == at => context.thing = true,
                    b'?' | b'!' | b';' | b'\n' => close = false,
                    _ => {}
                }
            }
            let mut start = end;
            while start > 0 && (is_word(folded.before(start)) || folded.before(start) == super::folded::OTHER_LETTER) {
                start -= 1;
            }
            let word = folded.slice(start, end);
            if word.is_empty() {
                break;
            }
            // The end of a sentence, unless the word is short enough for an abbreviation ("no.", "Tel.").
            let stops =
                folded.get(end) == b'.' && folded.get(end + 1) == b' ' && word.len() > 4 && !word.ends_with(b"NR");
            if stops && gap != at {
                close = false;
            }
            close &= !stops;
            let said = said_by(word);
            if close {
                context.id |= said & ID != 0;
                context.thing |= !context.id && said & THING != 0;
            }
            context.phone |= said & PHONE != 0;
            context.card |= said & CARD != 0;
            // The groups before it are the same number's.
            let same_number = word.iter().all(u8::is_ascii_digit) && matches!(folded.slice(end, gap), b" " | b"-");
            close &= same_number || said & FILLER != 0;
            end = start;
        }
        // Joined to a word that says nothing: "ORD-12345678", "file_4155552671".
        let joined = matches!(folded.before(at), b'-' | b'/' | b'.' | b'=') && at > 1 && is_word(folded.before(at - 1));
        context.thing |= joined && !context.phone && !context.id;
        context
    }
}

// What one word says of a number behind it, a bit each.
const THING: u8 = 1;
const ID: u8 = 2;
const PHONE: u8 = 4;
const CARD: u8 = 8;
const FILLER: u8 = 16;

/// An entry of the lists above, whether it must be the whole word, and what it says.
type Entry = (&'static [u8], bool, u8);

/// The entries by their first letter, read once: the lists are hundreds of words, and a message has many numbers.
static ENTRIES: OnceLock<Vec<Vec<Entry>>> = OnceLock::new();

/// First letters that are told apart.
const LETTERS: usize = 32;

fn said_by(word: &[u8]) -> u8 {
    let mut said = 0;
    for (entry, whole, says) in ENTRIES.get_or_init(entries).get(bucket(word)).into_iter().flatten() {
        if if *whole { *entry == word } else { word.starts_with(entry) } {
            said |= says;
        }
    }
    said
}

fn bucket(word: &[u8]) -> usize {
    word.first().map_or(0, |letter| usize::from(*letter) % LETTERS)
}

fn entries() -> Vec<Vec<Entry>> {
    let mut entries = vec![Vec::new(); LETTERS];
    for (list, says) in [(THINGS, THING), (IDS, ID), (PHONES, PHONE), (CARDS, CARD), (FILLERS, FILLER)] {
        for entry in split(list, b" ").map(str::as_bytes) {
            if let Some(bucket) = entries.get_mut(bucket(entry)) {
                // Shorter than four letters it would begin too many words.
                bucket.push((entry, says == FILLER || entry.len() < 4, says));
            }
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_that_says_something_counts() {
        let read = |text: &str| {
            let folded = Folded::new(text);
            let at = (0..folded.len()).find(|at| folded.get(*at) == b'7').unwrap();
            let context = Context::before(&folded, at);
            (context.thing, context.id, context.phone, context.card)
        };
        let (thing, id, phone, card) = (
            (true, false, false, false),
            (false, true, false, false),
            (false, false, true, false),
            (false, false, false, true),
        );
        let none = (false, false, false, false);
        for (text, expected) in [
            ("order number is 7", thing),
            ("Bestellnr. 7", thing),
            ("order no. 7", thing),
            ("#7", thing),
            ("ORD-7", thing),
            ("call me on 7", phone),
            ("T\u{e9}l. 7", phone),
            ("my SSN is 7", id),
            ("num\u{e9}ro de s\u{e9}cu 7", id),
            ("I paid by card 7", card),
            ("I gave my order to John 7", none),
            ("Where is my order? 7", none),
            ("7", none),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
