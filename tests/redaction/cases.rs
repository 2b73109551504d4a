//! Labelled texts, made from the published formats and from nothing of the code they judge: the digits are drawn, the
//! check digits computed as the issuers say, and set into sentences.

use serde::{Deserialize, Serialize};

/// Cases of each format.
const EACH: usize = 24;

/// A text, and the personal data in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// What was drawn: a kind and a country, or a kind of thing that is no personal data.
    pub format: String,
    pub text: String,
    /// The personal data, none where all of the text has to survive.
    pub secret: Option<String>,
}

/// SplitMix64 (Steele, Lea and Flood).
struct Random(u64);

impl Random {
    fn below(&mut self, count: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % count
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len() as u64) as usize]
    }

    /// A pattern with every `#` a digit, `%` a digit from 1 on, `@` a letter.
    fn fill(&mut self, pattern: &str) -> String {
        let mut filled = String::new();
        for character in pattern.chars() {
            filled.push(match character {
                '#' => char::from(b'0' + self.below(10) as u8),
                '%' => char::from(b'1' + self.below(9) as u8),
                '@' => char::from(b'A' + self.below(26) as u8),
                other => other,
            });
        }
        filled
    }

    fn date(&mut self) -> (u64, u64, u64) {
        (1 + self.below(28), 1 + self.below(12), 40 + self.below(60))
    }
}

fn digits(text: &str) -> Vec<u64> {
    text.chars().filter_map(|character| character.to_digit(10)).map(u64::from).collect()
}

fn sum(text: &str, weights: &[u64]) -> u64 {
    digits(text).iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

fn number(text: &str) -> u64 {
    digits(text).iter().fold(0, |number, digit| number * 10 + digit)
}

/// The digit that makes Luhn's sum a multiple of ten.
fn luhn_digit(text: &str) -> u64 {
    let doubled = digits(text)
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit) {
            (0, digit) if *digit > 4 => digit * 2 - 9,
            (0, digit) => digit * 2,
            _ => *digit,
        })
        .sum::<u64>();
    (10 - doubled % 10) % 10
}

/// Groups of digits with a separator between them.
fn grouped(text: &str, widths: &[usize], by: &str) -> String {
    let mut rest = text;
    let mut groups = Vec::new();
    for width in widths {
        let (group, after) = rest.split_at((*width).min(rest.len()));
        groups.push(group);
        rest = after;
    }
    assert_eq!(rest, "", "{text} {widths:?}");
    groups.join(by)
}

fn card(random: &mut Random, prefixes: &[&str], length: usize, widths: &[usize]) -> String {
    let prefix = random.of(prefixes);
    let body = format!("{prefix}{}", random.fill(&"#".repeat(length - 1 - prefix.len())));
    let whole = format!("{body}{}", luhn_digit(&body));
    match random.below(4) {
        0 => whole,
        1 => grouped(&whole, widths, "-"),
        _ => grouped(&whole, widths, " "),
    }
}

fn iban(random: &mut Random, country: &str, pattern: &str) -> String {
    let account = random.fill(pattern);
    let mut rest = 0;
    for character in format!("{account}{country}00").chars() {
        let value = u64::from(character.to_digit(36).unwrap());
        rest = if value > 9 { (rest * 100 + value) % 97 } else { (rest * 10 + value) % 97 };
    }
    let whole = format!("{country}{:02}{account}", 98 - rest);
    match random.below(3) {
        0 => whole,
        1 => whole.to_lowercase(),
        _ => whole.as_bytes().chunks(4).map(|group| std::str::from_utf8(group).unwrap()).collect::<Vec<_>>().join(" "),
    }
}

fn email(random: &mut Random) -> String {
    let names = ["anna", "j.smith", "maría", "o'neill", "first.last+shop", "x_y-z", "müller", "a", "sales99", "info"];
    let hosts = ["example", "mail.example", "my-shop", "uni.example", "straße", "xn--exmple-cua"];
    let ends = ["com", "de", "co.uk", "org", "museum", "com.br", "fr"];
    let address = format!("{}@{}.{}", random.of(&names), random.of(&hosts), random.of(&ends));
    if random.below(5) == 0 { address.to_uppercase() } else { address }
}

/// Phone numbers as people of the country write them, with a sentence of theirs before.
const PHONES: &[(&str, &[&str], &str)] = &[
    (
        "us",
        &[
            "(2##) 2##-####",
            "3##-5##-####",
            "4##.6##.####",
            "+1 5## 7## ####",
            "1-8##-3##-####",
            "+16##2######",
            "7##3######",
        ],
        "Please call me at ",
    ),
    (
        "gb",
        &["020 7### ####", "07### ######", "+44 20 7### ####", "+44 7### ######", "01## ### ####", "(0113) 4## ####"],
        "my number is ",
    ),
    (
        "de",
        &[
            "0170 #######",
            "030 ########",
            "+49 151 ########",
            "0049 30 ########",
            "089/########",
            "0171-#######",
            "+49 (0)40 #######",
        ],
        "Bitte rufen Sie mich an: ",
    ),
    (
        "fr",
        &["06 ## ## ## ##", "01.##.##.##.##", "+33 6 ## ## ## ##", "07########", "0033 6 ## ## ## ##"],
        "Rappelez-moi au ",
    ),
    ("es", &["6## ### ###", "9## ## ## ##", "+34 6## ### ###", "91 ### ## ##", "7## ## ## ##"], "Mi móvil es el "),
    ("it", &["3## ### ####", "+39 3## #######", "02 ########", "06 #### ####", "3## #######"], "Il mio cellulare è "),
    ("nl", &["06 ########", "06-########", "020 ### ####", "+31 6 ########", "010-#######"], "Mijn nummer is "),
    ("pl", &["+48 5## ### ###", "6## ### ###", "7##-###-###"], "Proszę dzwonić: "),
    ("br", &["(11) 9####-####", "+55 21 9####-####", "11 9####-####", "(85) 3###-####"], "Meu celular é "),
    ("in", &["+91 9#### #####", "9#### #####", "+91-8#########", "07#########"], "My mobile is "),
    ("jp", &["090-####-####", "03-####-####", "+81 90 #### ####"], "Call me: "),
    ("au", &["04## ### ###", "(02) 9### ####", "+61 4## ### ###"], "Best reached on "),
    ("se", &["070-### ## ##", "+46 70 ### ## ##", "08-### ### ##"], "Ring mig på "),
    ("ch", &["079 ### ## ##", "+41 79 ### ## ##", "044 ### ## ##"], "Meine Handynummer: "),
    ("dk", &["+45 ## ## ## ##", "+45 2#######"], "Mit nummer er "),
    ("tr", &["0532 ### ## ##", "+90 532 ### ## ##"], "Telefon: "),
    ("ru", &["+7 9## ###-##-##", "8 (9##) ###-##-##"], "Позвоните мне: "),
    ("mx", &["+52 55 #### ####", "55 #### ####"], "Mi celular es "),
];

/// IBANs: the country and its account number, `@` a letter.
const IBANS: &[(&str, &str)] = &[
    ("DE", "##################"),
    ("GB", "@@@@##############"),
    ("FR", "#######################"),
    ("ES", "####################"),
    ("IT", "@######################"),
    ("NL", "@@@@##########"),
    ("PL", "########################"),
    ("BE", "############"),
    ("CH", "#################"),
    ("AT", "################"),
    ("PT", "#####################"),
    ("SE", "####################"),
    ("NO", "###########"),
    ("IE", "@@@@##############"),
    ("MT", "@@@@#####@@@@@@@@@@@@@@@@@@"),
];

/// Ids and a sentence before them.
fn national_id(random: &mut Random, country: &str) -> String {
    let (day, month, year) = random.date();
    match country {
        "us-ssn" => {
            let area = [1 + random.below(665), 667 + random.below(233)][random.below(2) as usize];
            let by = random.of(&["-", "-", " "]);
            format!("{area:03}{by}{:02}{by}{:04}", 1 + random.below(99), 1 + random.below(9999))
        }
        "gb-nino" => {
            let (first, second) = (
                random.of(&["A", "B", "C", "E", "H", "J", "L", "M", "P", "R", "S", "W", "Y"]),
                random.of(&["A", "B", "C", "E", "H", "J", "L", "M", "P"]),
            );
            let prefix = format!("{first}{second}");
            let prefix = if prefix == "BG" { "AB".to_owned() } else { prefix };
            let rest = random.fill("######");
            let suffix = random.of(&["A", "B", "C", "D"]);
            if random.below(2) == 0 {
                format!("{prefix}{rest}{suffix}")
            } else {
                format!("{prefix} {} {suffix}", grouped(&rest, &[2, 2, 2], " "))
            }
        }
        "fr-nir" => {
            let body = format!("{}{year:02}{month:02}{}", 1 + random.below(2), random.fill("%#######"));
            let whole = format!("{body}{:02}", 97 - number(&body) % 97);
            if random.below(2) == 0 { whole } else { grouped(&whole, &[1, 2, 2, 2, 3, 3, 2], " ") }
        }
        "es-dni" | "es-nie" => {
            let (shown, value) = if country == "es-dni" {
                let body = random.fill("########");
                (body.clone(), number(&body))
            } else {
                let (letter, body) = (random.below(3), random.fill("#######"));
                (format!("{}{body}", ["X", "Y", "Z"][letter as usize]), letter * 10_000_000 + number(&body))
            };
            let letter = char::from(b"TRWAGMYFPDXBNJZSQVHLCKE"[(value % 23) as usize]);
            format!("{shown}{}{letter}", random.of(&["", "", "-"]))
        }
        "it-codice-fiscale" => {
            let consonants = |random: &mut Random| {
                (0..6)
                    .map(|_| random.of(&["B", "C", "D", "F", "G", "L", "M", "N", "R", "S", "T", "V"]))
                    .collect::<String>()
            };
            let month = b"ABCDEHLMPRST"[month as usize - 1];
            let body = format!("{}{year:02}{}{day:02}{}", consonants(random), char::from(month), random.fill("@###"));
            let odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
            let total: u64 = body
                .bytes()
                .enumerate()
                .map(|(place, byte)| {
                    let value = if byte.is_ascii_digit() { byte - b'0' } else { byte - b'A' };
                    if place % 2 == 0 { odd[value as usize] } else { u64::from(value) }
                })
                .sum();
            format!("{body}{}", char::from(b'A' + (total % 26) as u8))
        }
        "nl-bsn" => loop {
            let body = random.fill("%#######");
            let check = sum(&body, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
            if check < 10 {
                break format!("{body}{check}");
            }
        },
        "de-steuer-id" => {
            // Ten digits: one of them twice, one missing, the rest once.
            let mut body: Vec<u64> = (0..10).collect();
            for place in (1..10).rev() {
                body.swap(place, random.below(place as u64 + 1) as usize);
            }
            body[9] = body[random.below(9) as usize];
            if body[0] == 0 {
                body.swap(0, 1);
            }
            if body[0] == 0 {
                body.swap(0, 2);
            }
            let mut product = 10;
            for digit in &body {
                let sum = (digit + product) % 10;
                product = (if sum == 0 { 10 } else { sum }) * 2 % 11;
            }
            let check = (11 - product) % 10;
            let whole = body.iter().map(u64::to_string).collect::<String>() + &check.to_string();
            if random.below(2) == 0 { whole } else { grouped(&whole, &[2, 3, 3, 3], " ") }
        }
        "br-cpf" => {
            let body = random.fill("#########");
            let digit = |text: &str, first: u64| {
                let weights: Vec<u64> = (2..=first).rev().collect();
                let rest = sum(text, &weights) % 11;
                if rest < 2 { 0 } else { 11 - rest }
            };
            let tenth = digit(&body, 10);
            let eleventh = digit(&format!("{body}{tenth}"), 11);
            let whole = format!("{body}{tenth}{eleventh}");
            if random.below(3) == 0 { whole } else { format!("{}-{tenth}{eleventh}", grouped(&body, &[3, 3, 3], ".")) }
        }
        "pl-pesel" => {
            let body = format!("{year:02}{month:02}{day:02}{}", random.fill("####"));
            format!("{body}{}", (10 - sum(&body, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10) % 10)
        }
        "be-nrn" => {
            let body = format!("{year:02}{month:02}{day:02}{}", random.fill("###"));
            let whole = format!("{body}{:02}", 97 - number(&body) % 97);
            if random.below(2) == 0 {
                whole
            } else {
                format!("{year:02}.{month:02}.{day:02}-{}.{}", &whole[6..9], &whole[9..])
            }
        }
        "se-personnummer" => {
            let body = format!("{year:02}{month:02}{day:02}{}", random.fill("###"));
            let check = luhn_digit(&body);
            format!("{}{}-{}{check}", random.of(&["", "19"]), &body[..6], &body[6..])
        }
        "fi-hetu" => {
            let body = format!("{day:02}{month:02}{year:02}{}", random.fill("%##"));
            let check = char::from(b"0123456789ABCDEFHJKLMNPRSTUVWXY"[(number(&body) % 31) as usize]);
            format!("{}{}{}{check}", &body[..6], random.of(&["-", "A"]), &body[6..])
        }
        "dk-cpr" => format!("{day:02}{month:02}{year:02}-{}", random.fill("####")),
        "no-fodselsnummer" => loop {
            let body = format!("{day:02}{month:02}{year:02}{}", random.fill("###"));
            let first = (11 - sum(&body, &[3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11) % 11;
            let second = (11 - sum(&format!("{body}{first}"), &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
            if first < 10 && second < 10 {
                break format!("{}{}{}{first}{second}", &body[..6], random.of(&["", " "]), &body[6..]);
            }
        },
        "ch-ahv" => {
            let body = random.fill("756#########");
            let check = (10 - sum(&body, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10) % 10;
            grouped(&format!("{body}{check}"), &[3, 4, 4, 2], ".")
        }
        "in-pan" => random.fill("@@@P@####@"),
        "cn-id" => {
            let body = format!("11010119{year:02}{month:02}{day:02}{}", random.fill("###"));
            let rest = sum(&body, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11;
            format!("{body}{}", char::from(b"10X98765432"[rest as usize]))
        }
        other => panic!("{other}"),
    }
}

const IDS: &[(&str, &str)] = &[
    ("us-ssn", "my social is "),
    ("gb-nino", "NI number "),
    ("fr-nir", "mon numéro de sécu "),
    ("es-dni", "mi DNI es "),
    ("es-nie", "NIE: "),
    ("it-codice-fiscale", "codice fiscale "),
    ("nl-bsn", "mijn BSN is "),
    ("de-steuer-id", "Steuer-ID "),
    ("br-cpf", "CPF "),
    ("pl-pesel", "PESEL "),
    ("be-nrn", "rijksregisternummer "),
    ("se-personnummer", "personnummer "),
    ("fi-hetu", "henkilötunnus "),
    ("dk-cpr", "CPR "),
    ("no-fodselsnummer", "fødselsnummer "),
    ("ch-ahv", "AHV-Nummer "),
    ("in-pan", "PAN "),
    ("cn-id", "ID card "),
];

/// What looks like personal data and is none: a sentence with a pattern in it.
const HARMLESS: &[(&str, &[&str])] = &[
    (
        "order",
        &[
            "Where is order %#######?",
            "order number %#########",
            "my order #%#########",
            "Order no. %##-####### is late",
            "Bestellung %########",
            "Bestellnummer: ##########",
            "commande n° %########",
            "pedido %#########",
            "ordine numero %########",
            "order 11#-#######-#######",
            "order %###-####",
            "ORD-%#########",
            "order %###############",
        ],
    ),
    (
        "invoice",
        &[
            "INV-2024-#####",
            "invoice %#######",
            "Rechnung Nr. 20########",
            "facture %#######",
            "fattura %####/2024",
            "invoice 2024/%#####",
        ],
    ),
    (
        "tracking",
        &[
            "tracking 1Z@##@#%#########",
            "tracking number 9400 1### #### #### #### ##",
            "my parcel JD##############",
            "Sendungsnummer %###########",
            "@@#########GB",
            "tracking number %###########",
            "tracking: %#########",
            "TBA%###########",
            "colis %@##########",
            "it is with DHL, parcel ##########",
            "shipment 7### #### ####",
        ],
    ),
    (
        "date",
        &[
            "on 2024-05-17",
            "since 17.05.2024",
            "delivered 05/17/2024",
            "on 3.4.2025 at 10:30",
            "2025-11-02T10:30:00Z",
            "from 01.02.2024 12:30 to 03.02.2024 14:00",
            "between 12-15 and 18-20",
            "in 2019, 2020 and 2021",
            "16/11/25",
            "le 12 05 2024",
            "ordered 20240517",
            "at 1732500000",
        ],
    ),
    (
        "price",
        &[
            "it was $1,2##.99",
            "I paid 1.2##,50 €",
            "EUR 12 3##.00",
            "£%##.##",
            "12 3## 4## kr",
            "₹1,23,4##",
            "refund of 49.99 and 12.50",
            "$1%###.00 in total",
            "costs 1%## ### ###",
        ],
    ),
    (
        "version",
        &[
            "version 10.0.19045.3693",
            "v%.##.#",
            "build 2024####.%",
            "iOS 17.%.#",
            "firmware 1.%#.#-beta.#",
            "error 0x8007%###",
            "kernel 6.1.0-%#",
            "app 23.%#.100.#",
        ],
    ),
    (
        "product",
        &[
            "model WH-1000XM5",
            "SKU %#####-##",
            "article 612-345-###",
            "item %########",
            "EAN 4006381######",
            "ISBN 978-3-16-1#####-0",
            "serial number %#########",
            "size 38 40 42 44",
            "a 65 inch TV, 3840 x 2160",
            "part 8##-#####-##",
            "IMEI 35############%",
        ],
    ),
    (
        "address",
        &[
            "10115 Berlin",
            "1012 AB Amsterdam",
            "%#### Main Street, 94105-####",
            "SW1A 1AA",
            "75008 Paris, 12 rue",
            "between 1%:00 and 1%:30",
        ],
    ),
    (
        "technical",
        &[
            "192.168.1##.1##",
            "port 8080 at 10.0.0.%",
            "status 404 and 503",
            "52.520008, 13.404954",
            "0.123456789",
            "@support please",
            "100% of 12345 rows",
            "https://shop.example/orders/%#########",
            "ticket %########",
            "case 0012####",
            "ref. %#######",
            "code ######",
            "room %## floor %",
            "my last 4 digits are ####",
        ],
    ),
    (
        "talk",
        &[
            "I asked 3 times in 20 minutes",
            "call me by 5",
            "24/7",
            "I waited 45 min on the phone, twice 30 min",
            "2-3 business days",
            "phone support closed at 18:00",
            "text me in 10 minutes",
            "the card ending in ####",
            "expires 12/27",
            "1 + 1 = 2",
            "I called 3 or 4 times since 9:00",
        ],
    ),
];

/// All cases.
pub fn cases() -> Vec<Case> {
    let mut random = Random(2_024);
    let mut cases = Vec::new();
    let mut add = |format: String, before: &str, secret: Option<String>, after: &str| {
        let text = format!("{before}{}{after}", secret.as_deref().unwrap_or_default());
        cases.push(Case { format, text, secret });
    };
    let ends = ["", ".", ", thanks", " and hurry!", "\nregards, Sam", " ok?"];
    for round in 0..EACH {
        for (country, patterns, before) in PHONES {
            let number = random.fill(patterns[round % patterns.len()]);
            let before = if random.below(3) == 0 { random.of(&["", "here: ", "it is "]) } else { before };
            add(format!("phone {country}"), before, Some(number), random.of(&ends));
        }
        let amex = (&["34", "37"][..], 15, &[4, 6, 5][..]);
        let sixteen = &[4, 4, 4, 4][..];
        let issuers = [
            ("visa", (&["4"][..], 16, sixteen)),
            ("mastercard", (&["51", "53", "55", "2221", "2720"][..], 16, sixteen)),
            ("amex", amex),
            ("diners", (&["36", "300", "305"][..], 14, &[4, 6, 4][..])),
            ("discover", (&["6011", "65", "644"][..], 16, sixteen)),
            ("jcb", (&["3528", "3589"][..], 16, sixteen)),
            ("unionpay", (&["62"][..], 16, sixteen)),
        ];
        for (issuer, (prefixes, length, widths)) in issuers {
            let number = card(&mut random, prefixes, length, widths);
            let before = random.of(&["you charged ", "my card number is ", "Karte: ", "I used ", ""]);
            add(format!("card {issuer}"), before, Some(number), random.of(&ends));
        }
        for (country, pattern) in IBANS {
            let number = iban(&mut random, country, pattern);
            add(
                format!("iban {}", country.to_lowercase()),
                random.of(&["refund to ", "IBAN ", "mein Konto: ", ""]),
                Some(number),
                random.of(&ends),
            );
        }
        let address = email(&mut random);
        add(
            "email".to_owned(),
            random.of(&["write to ", "my e-mail: ", "(", "it was sent from "]),
            Some(address),
            random.of(&["", ".", ", thanks", ") please"]),
        );
        for (id, before) in IDS {
            let number = national_id(&mut random, id);
            // A BSN is any nine digits; every other id says by itself what it is.
            let bare = random.below(3) == 0 && *id != "nl-bsn";
            let before = if bare { random.of(&["", "here: ", "it is "]) } else { before };
            add(format!("id {id}"), before, Some(number), random.of(&ends));
        }
        for (kind, patterns) in HARMLESS {
            for _ in 0..4 {
                let pattern = random.of(patterns);
                let text = random.fill(pattern);
                let before = random.of(&["", "Hello, ", "I am annoyed: ", "so "]);
                let after = random.of(&ends);
                add(format!("harmless {kind}"), &format!("{before}{text}"), None, after);
            }
        }
    }
    cases
}
