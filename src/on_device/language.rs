//! Whether a message is in a language the scorer was made for: noticed by script and by common words.

use crate::pairs::Pairs;
use std::sync::OnceLock;

use crate::cue::{PACK_LANGUAGES, PackSet, hash};
use crate::words::Words;

/// The languages the scorer was trained for and evaluated in, as BCP 47 primary tags.
pub const LANGUAGES: [&str; 1] = ["en"];

/// English words that stand in almost every sentence and are no common word of a language below.
const ENGLISH: &str = "the and you to of is it that for i i'm i've my your we this have has can can't do don't does \
doesn't not with what how when where why which who are be been get got please thanks thank need want help would could \
should will won't there they just from about yes why's it's isn't still after again never ever nothing an at by or if \
but as was were did didn't am so no any all out up now me our us had here more than then too very";

/// Words that stand in almost every sentence of other languages in Latin letters, without accents, and are no
/// English words: those of the languages that have a pack of cues, in their order, and then Polish, Turkish, Swedish,
/// Danish, Norwegian, Czech, Romanian, Hungarian, Finnish, Indonesian, Vietnamese, Tagalog, and Hindi in Latin letters.
const FOREIGN: [&str; 7] = [
    "ich nicht und ist das der mein meine meinen meiner wo wie bitte kann konnen haben habe hatte sie \
     mit fur auf ein eine einen einem noch wenn aber auch mir mich seit warum danke ihr ihre ihnen dem den von bei nach schon \
     immer kein keine guten hallo wann welche mochte sind wird wurde gibt uber zum zur",
    "el los las una mi mis por favor donde como cuando esta estoy tengo puedo quiero hola gracias pero para con muy mas \
     porque cual usted su sus hay ha sido este eso nada todo ya aqui hace buenos dias necesito del",
    "je ne pas est les des une mon ma mes vous nous ou bonjour merci comment pourquoi quand votre dans avec sur pour qui que \
     quel quelle suis avez plus c'est j'ai il elle mais ca cette ce sont etre fait depuis toujours svp j'aimerais",
    "il lo gli un uno della del mio mia dove quando perche come sono non ho ciao grazie vorrei posso per favore questo \
     questa ancora buongiorno che anche mi sta mie miei alla dello nella",
    "ik niet het een mijn waar hoe kan kunt wil bedankt van voor met op aan maar wanneer waarom nog wel jullie graag dit dat \
     deze zijn heb heeft geen naar bij ook goedemorgen wordt mij alsjeblieft",
    "o os um uma meu minha nao onde esta voce quero obrigado obrigada por preciso ola quando meus minhas tenho posso com \
     para estou isso foi ainda sua seu mais boa pedido",
    "gdzie jest moja moj moje jak nie czy prosze dziekuje kiedy mam chce mozna dzien dobry na sie dlaczego ale jeszcze \
     zamowienie paczka dla ze pan pani czego ktory ile jestem moge chcialbym \
     nerede siparisim merhaba nasil lutfen tesekkurler tesekkur ne zaman icin bir bu ve benim degil mi var yok istiyorum \
     kargo hala nedir bana acaba iyi gunler \
     jag ar inte och min mitt var nar hur kan tack hej vill det som pa har ett till med \
     jeg er ikke og hvor hvordan tak hei vil deg meg hva nar pakke \
     kde muj moje neni jsem prosim dekuji kdy dobry den jak \
     unde este meu mea cum pot multumesc buna cand sunt nu va rog comanda \
     hol van nem hogyan mikor koszonom kerem csomagom szeretnem \
     missa minun tilaukseni kiitos miten milloin ei ole mina haluan hei voinko \
     di mana pesanan saya bagaimana terima kasih kapan tidak bisa apa ini yang dan \
     toi khong cua cam khi nao lam duoc ban don hang \
     nasaan ang aking paano salamat kailan hindi po ako ng mga \
     mera kahan hai kaise nahi kya mujhe aur kab hain",
];

/// Of each hash the languages whose common word it is, a bit each in the order of [`FOREIGN`]; none for an English word.
fn common() -> &'static Pairs<u32, u8> {
    static COMMON: OnceLock<Pairs<u32, u8>> = OnceLock::new();
    COMMON.get_or_init(|| {
        let mut all = Pairs::new();
        let mut language = 1;
        for list in FOREIGN {
            for word in list.split_ascii_whitespace().map(hash) {
                let others = all.get(&word).copied().unwrap_or_default();
                all.insert(word, others | language);
            }
            language <<= 1;
        }
        // A word of both lists says nothing of English, but stays a word of English.
        for word in ENGLISH.split_ascii_whitespace() {
            all.insert(hash(word), 0);
        }
        all
    })
}

/// The beginning tells; a hundred words are plenty.
fn telling(words: &Words) -> impl Iterator<Item = &u8> {
    let plain = words.list.iter().take(100).filter(|word| !word.mention && !word.number);
    plain.filter_map(|word| common().get(&word.hash))
}

/// Whether the host's tag, where there is one, names a language of [`LANGUAGES`].
pub(super) fn told_known(language: Option<&str>) -> bool {
    language.is_none_or(|tag| {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        LANGUAGES.iter().any(|known| known.eq_ignore_ascii_case(primary))
    })
}

/// Whether the message looks English: mostly Latin letters, and no more common words of other languages than
/// English ones. A message that says neither ("ok", "Tuesday") is taken for English unless it has letters that
/// English has not.
pub(super) fn looks_known(words: &Words) -> bool {
    if words.foreign_letters > words.latin_letters {
        return false;
    }
    let (mut english, mut foreign) = (0, 0);
    for languages in telling(words) {
        if *languages == 0 {
            english += 1;
        } else {
            foreign += 1;
        }
    }
    if foreign > 0 || words.accented_letters > 0 {
        return english > foreign && english * 4 >= words.accented_letters;
    }
    true
}

/// The languages with a pack of cues that a message which is not English may be in: those most of its common words
/// are of, several where they have as many.
pub(crate) fn noticed(text: &str) -> PackSet {
    let words = Words::read(text);
    let (mut found, mut most) = (PackSet::default(), 1);
    for (place, language) in PACK_LANGUAGES.iter().enumerate() {
        let count = telling(&words).filter(|languages| **languages & (1 << place) != 0).count();
        if count > most {
            found = PackSet::default();
            most = count;
        }
        if count == most {
            found.add(language);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(text: &str) -> bool {
        looks_known(&Words::read(text))
    }

    #[test]
    fn english_is_known_also_with_a_foreign_name_or_none_of_its_common_words() {
        for text in [
            "Where is my order?",
            "ok",
            "Tuesday",
            "refund",
            "useless!!",
            "",
            "😡😡😡",
            "I ordered the crème brûlée set and it is broken",
            "My name is José and I live in São Paulo",
            "Die Hard is a film",
            "no",
            "4711",
            "@acme Le Monde never arrived at my place",
        ] {
            assert!(known(text), "{text}");
        }
    }

    #[test]
    fn other_languages_are_noticed() {
        for text in [
            "Wo ist mein Paket?",
            "¿Dónde está mi pedido?",
            "Où est ma commande ?",
            "Onde está meu pedido",
            "Dov'è il mio pacco?",
            "Waar is mijn bestelling?",
            "Gdzie jest moja paczka?",
            "Siparişim nerede?",
            "注文はどこですか",
            "Где мой заказ?",
            "أين طلبي؟",
            "Var är min beställning?",
            "nie dziala",
            "je ne comprends pas",
        ] {
            assert!(!known(text), "{text}");
        }
    }
}
