//! What stands before a number says what it is, where its digits leave that open.

use std::sync::OnceLock;

use super::folded::{Folded, is_word};

/// Words looked back on.
const MAX_WORDS: usize = 6;

// Beginnings of words in the folded alphabet, so that one entry serves "Bestellung" and "Bestellnummer".

/// The number that follows names a thing, not a person.
const THINGS: &str = "ORDER BESTELL TRACK SENDUNG RECHNUNG KUNDEN INVOICE TICKET CASE REF PARCEL PACKAGE PAKET SHIPMENT \
    SHIPPING CONSIGNMENT SERIAL SERIE MODEL VERSION BUILD SKU ITEM ARTIK ARTICLE ARTIC PART PRODUCT PRODUKT PRODUTO \
    TRANSA CONFIRM BOOKING BUCHUNG RESERV PEDIDO COMMANDE COLIS FACTUR FATTURA FATURA ORDINE ORDEN SPEDIZIONE ENVIO \
    SEGUIMIENTO SUIVI RASTRE ENCOMENDA ZENDING PAKKET ZAMOWIEN PRZESYL VORGANG AKTENZEICHEN CUSTOMER CLIENT KLANT \
    ACCOUNT CUENTA COMPTE IMEI EAN UPC ISBN ASIN BARCODE VOUCHER GUTSCHEIN COUPON CODE DELIVERY LIEFER AWB PO INV SO RMA \
    FLIGHT LOT BATCH VIN DEAL QUOTE RECEIPT STORE CLAIM INCIDENT JOB REQUEST";
/// The number that follows is a document of a person.
const IDS: &str = "SSN SOCIAL ITIN TIN NINO INSURANCE DNI NIE NIF CODICE FISCALE BSN BURGERSERVICE STEUER STEUERID IDNR TAX CPF \
    PESEL PERSONNUM PERSONAL HENKILO CPR FODSELS NIR SECU NATIONAL IDENTI PASSPORT REISEPASS PASAPORTE PASSEPORT PASSAPORTO \
    AUSWEIS PERSONALAUSWEIS AADHAAR SIN CURP RUT AHV AVS RIJKSREGISTER NISS SVNR NHS LICENCE LICENSE";
/// A phone number is likely.
const PHONES: &str = "PHONE CALL TEL CELL MOBIL MOVIL WHATSAPP REACH FAX HANDY PORTABLE CELULAR TELEMOVEL CELLULARE \
    ANRUF RUF RAPPEL APPEL JOIGN LLAM BEL CHIAM RING TEXT SMS DIAL CALLBACK ZADZWO";
/// A payment card is likely.
const CARDS: &str =
    "CARD VISA MASTERCARD AMEX MAESTRO CREDIT DEBIT KARTE KREDITKARTE CARTE TARJETA CARTA CARTAO KAART KARTA";
/// Whole words that may stand between.
const FILLERS: &str = "NUMBER NUMBERS NUMERO NUMMER NUMER NR NO N NUM ID IS WAS ARE THE MY OUR YOUR IT ITS S DE DO DA DEL \
    DELLA DU LA LE EL IL MI MEIN MEINE MEINER LAUTET IST ES EST E MIJN MIN MOJ TO AND FOR OF O A";

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
            let said = Said::by(word);
            if close {
                context.id |= said.id;
                context.thing |= !context.id && said.thing;
            }
            context.phone |= said.phone;
            context.card |= said.card;
            // The groups before it are the same number's.
            let same_number = word.iter().all(u8::is_ascii_digit) && matches!(folded.slice(end, gap), b" " | b"-");
            close &= same_number || said.filler;
            end = start;
        }
        // Joined to a word that says nothing: "ORD-12345678", "file_4155552671".
        let joined = matches!(folded.before(at), b'-' | b'/' | b'.' | b'=') && at > 1 && is_word(folded.before(at - 1));
        context.thing |= joined && !context.phone && !context.id;
        context
    }
}

/// What one word says of a number behind it.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "five independent findings")]
struct Said {
    thing: bool,
    id: bool,
    phone: bool,
    card: bool,
    filler: bool,
}

/// An entry of the lists above, and whether it must be the whole word.
type Entry = (&'static [u8], bool, Said);

/// The entries by their first letter, read once: the lists are hundreds of words, and a message has many numbers.
static ENTRIES: OnceLock<Vec<Vec<Entry>>> = OnceLock::new();

/// First letters that are told apart.
const LETTERS: usize = 32;

impl Said {
    fn by(word: &[u8]) -> Said {
        let mut said = Said::default();
        let entries = ENTRIES.get_or_init(entries);
        for (entry, whole, adds) in entries.get(bucket(word)).map_or(&[][..], Vec::as_slice) {
            if if *whole { *entry == word } else { word.starts_with(entry) } {
                said.thing |= adds.thing;
                said.id |= adds.id;
                said.phone |= adds.phone;
                said.card |= adds.card;
                said.filler |= adds.filler;
            }
        }
        said
    }
}

fn bucket(word: &[u8]) -> usize {
    word.first().map_or(0, |letter| usize::from(*letter) % LETTERS)
}

fn entries() -> Vec<Vec<Entry>> {
    let mut entries = vec![Vec::new(); LETTERS];
    for (list, adds) in [
        (THINGS, Said { thing: true, ..Said::default() }),
        (IDS, Said { id: true, ..Said::default() }),
        (PHONES, Said { phone: true, ..Said::default() }),
        (CARDS, Said { card: true, ..Said::default() }),
        (FILLERS, Said { filler: true, ..Said::default() }),
    ] {
        for entry in list.split_ascii_whitespace().map(str::as_bytes) {
            if let Some(bucket) = entries.get_mut(bucket(entry)) {
                // Shorter than four letters it would begin too many words.
                bucket.push((entry, adds.filler || entry.len() < 4, adds));
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
