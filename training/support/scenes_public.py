"""What customers write to a company in public, a trade at a time: facts that are a complaint because all may read them
(`terse`), remarks without a feeling (`remark`), and cheer (`cheer`)."""

SCENES = {
    "parcels": {
        "terse": ["still waiting for my {noun}, was due {day}", "{noun} says delivered. it isn't", "no {noun}, no card, no call", "{dur} and the tracking hasn't moved", "missed delivery again, was home all day", "where's my {noun}? {dur} late now", "depot closed, phone off, {noun} lost", "guaranteed by noon. it's {num} pm", "why is my {noun} back in {place}?", "ordered {day}, needed {day}, not shipped"],
        "remark": ["dm sent with the tracking number", "do you deliver on bank holidays?", "is there a depot in {place}?", "just saw one of your vans in {place}", "tracking number {n}, any update?", "my {noun} is at the locker, thanks"],
        "cheer": ["your driver in {place} is the nicest man", "ordered yesterday, here today", "{noun} made it through the snow", "big up to the postie"],
    },
    "shops": {
        "terse": ["order {n} cancelled without a word", "{dur} since i returned it and no refund", "site down on sale day", "item out of stock after i paid", "wrong size again and no labels to return it", "{num} tills, one open, queue to the door", "the code you sent me doesn't work", "got someone else's order", "{noun} came smashed to bits", "ordered for {event}, still processing"],
        "remark": ["is the sale on in {place} too?", "when do you restock the {noun}?", "any plans for a shop in {place}?", "saw the advert last night, who sings the song?", "can you dm me about order {n}?", "what time do you close today?"],
        "cheer": ["obsessed with my new {noun}", "the {place} store team is lovely", "my {noun} came wrapped so beautifully", "that sale though, got three"],
    },
    "food": {
        "terse": ["{dur} for a {noun}. cold", "order cancelled after an hour's wait", "{noun} missing, driver gone, no refund button", "hair in my {noun}", "half my {noun} isn't here", "queue out of the door and one person serving", "charged for {num}, got one", "store at {place} out of everything at 6pm", "rider has been parked round the corner for {small}"],
        "remark": ["do you still do the veggie {noun}?", "is the {place} branch open on {day}?", "what's in the new sauce?", "is there a code for new customers?", "who do i contact about catering?"],
        "cheer": ["that {noun} hit the spot", "the new menu, yum", "free dessert today, you spoil us", "your {place} branch is the friendliest"],
    },
    "marketplaces": {
        "terse": ["seller gone, money gone", "account locked, no reason", "{dur} without my payout", "fake {noun}, case closed", "{num} appeals, no human", "listing taken down again", "buyer scammed me and got the refund too"],
        "remark": ["is the site down for anyone else?", "do you ship to {place}?", "when do the fees change?", "bid on a {noun}, wish me luck", "dm'd you the case number"],
        "cheer": ["sold my first {noun}", "best bargain ever on here", "seller sent a chocolate with it, so sweet"],
    },
    "games": {
        "terse": ["servers down again", "kicked from ranked {num} times tonight", "can't log in since the patch", "lag. lag. lag", "lost my whole inventory", "queue is {dur}", "banned, no reason given", "crashes every {small} on pc", "preorder bonus never came"],
        "remark": ["are servers down in eu?", "when's the next patch?", "is there a roadmap?", "which platform gets it first?", "will there be a beta?", "what time does the event start?"],
        "cheer": ["that trailer gave me goosebumps", "new map slaps", "game of the year", "gg devs", "finally hit diamond"],
    },
    "banks": {
        "terse": ["app down on payday", "card declined with money in it", "on hold to the fraud line for {dur}", "branch closed, machine empty", "{amount} gone and no one to talk to", "locked out of my account since {day}", "charged {amount} for nothing", "transfer missing for {dur}", "queue of {n} and one cashier"],
        "remark": ["is the app down?", "do you have a branch in {place}?", "what's the rate today?", "does the card work in {place}?", "dm sent, it's about a payment"],
        "cheer": ["your fraud team just saved me {amount}", "mortgage approved, we have a house", "the new card looks so cool", "nice chat with the staff in {place} today"],
    },
    "telecom": {
        "terse": ["no {noun} again", "{noun} down in {place}, day {num}", "engineer no show", "{num} dropped calls today", "speed test: {num} mbps. paying for {n}", "bill up {amount} out of the blue", "on hold {dur} and cut off", "no signal anywhere in {place}", "{noun} keeps going off since your update", "third router, same fault", "outage and the status page says all good"],
        "remark": ["is there an outage in {place}?", "when is fibre coming to {place}?", "which channel is the match on?", "do you sell the new phone yet?", "what's your number for business customers?", "following you now, please dm"],
        "cheer": ["{n} mbps, wow", "engineer came on a sunday, legend", "switched to you and saved {amount}", "finally fibre in our village"],
    },
    "utilities": {
        "terse": ["power cut, {dur}, no info", "no water since {n}am and no update", "{dur} on hold about a bill you got wrong", "no heating, {num} kids, engineer {day}", "bill tripled, same flat", "meter reading ignored again", "water leak on {place} road, reported {num} times", "direct debit up {amount} without asking"],
        "remark": ["is there a power cut in {place}?", "when will the water be back on {place} road?", "how do i send a reading?", "roadworks on {place} road, is that you?", "what number do i call for a leak?"],
        "cheer": ["power's back, thanks to the crews out in the storm", "the lads who fixed the leak were great", "got {amount} back, cheers"],
    },
    "insurers": {
        "terse": ["claim open since {day}, no call", "renewal up {n} percent, no claims", "{dur} on hold after a crash", "claim refused on page {n} of the small print", "no one answers at the claims line", "courtesy car promised, never came", "assessor no show, again"],
        "remark": ["do you cover e-bikes?", "is the claims line open on {day}?", "what's the number from abroad?", "how do i get a green card?"],
        "cheer": ["claim paid in {num} days", "the claims team was so kind", "renewal down for once, nice"],
    },
    "offices": {
        "terse": ["{dur} for a {noun}", "site down on deadline day", "on hold {dur}, then 'we are closed'", "no slots until {month}", "{noun} lost in the post, start again", "form crashes on page {n}", "bins not collected for {num} weeks", "letter says call us. phone is off"],
        "remark": ["is the office in {place} open on {day}?", "which bin goes out this week?", "when is the deadline for the {noun}?", "where do i vote in {place}?", "is the library open?"],
        "cheer": ["new {noun} came in a week", "pothole fixed the next day, wow", "the staff in {place} are so patient"],
    },
    "airlines": {
        "terse": ["flight {n} cancelled, {dur} in line, no help", "stuck on the tarmac in {place} for {dur}", "bag lost in {place}, no answer at the desk", "delayed again, no reason given", "{n} of us waiting at gate {num}, not one agent", "on hold {dur} to change a flight", "missed my connection in {place} because of you", "no wifi, no power, no tv on a {num} hour flight", "{num} hours late and no food", "rebooked on a flight in {num} days", "site won't let me check in, phone line is busy", "sat next to a broken seat again", "flighted out of {place} late, bag later", "cancelled my flight by text at {n}am"],
        "remark": ["do you fly to {place} in {month}?", "what's the gate for {n}?", "is flight {n} on time?", "can i bring a guitar on board?", "how do i add my number to the booking?", "just followed you, please dm", "see you on board on {day}", "is that a new plane on the {place} route?", "flying to {place} with you on {day}", "dm'd you the confirmation number"],
        "cheer": ["best flight crew on {n} to {place}", "smooth flight, early landing", "upgraded to first, best birthday", "the view over {place} was magical", "so excited to fly with you to {place}", "your lady at gate {num} is a gem"],
    },
    "trains": {
        "terse": ["{n}.{n} from {place} cancelled again", "{num} coaches instead of eight", "stood all the way to {place}", "delayed {small}, no announcement", "no heating in coach c", "missed the last bus because of you", "ticket machine at {place} broken, barrier staff fining people", "driver cancelled {num} times", "doors shut with people still getting off", "train terminated at {place}, no bus, no staff"],
        "remark": ["is the {n}.{n} running?", "which platform for {place}?", "is there a bus instead?", "any delays towards {place}?", "is my ticket valid at {n}?", "found a bag on the {n}.{n}, who do i tell?"],
        "cheer": ["guard on the {n}.{n} made everyone laugh", "on time all week", "thanks for holding the connection in {place}", "driver returned my phone, hero"],
    },
    "hotels": {
        "terse": ["booked, paid, no room", "no hot water for {num} days", "deposit not back after {dur}", "room {n} stinks", "checked in at {n}pm, room not ready", "bugs. in the bed", "on hold {dur} to cancel", "pool shut, gym shut, same price"],
        "remark": ["is there a shuttle from the airport?", "do you have rooms on {day}?", "is the spa open in {month}?", "what's the wifi password policy?", "arriving late on {day}, is that ok?"],
        "cheer": ["what a view", "best sleep in months", "the staff at {place} spoil us", "back for the third year, still magic"],
    },
    "software": {
        "terse": ["down again", "{noun} broken since the update", "lost {dur} of work", "{num} days, no answer from support", "login loop on every device", "charged after cancelling the trial", "sync hasn't worked for {dur}", "update bricked my phone", "battery dead in {num} hours since the update", "storage full of your junk", "error {n} all day", "my photos are gone"],
        "remark": ["is {noun} down for anyone?", "when does version {n} come out?", "does it work with linux?", "where do i send a bug report?", "which version do i need?", "using it on two macs, is that ok?"],
        "cheer": ["dark mode, at last", "the new release is a beauty", "your support just made my monday", "shipped our project thanks to {noun}", "battery lasts forever since the update"],
    },
    "subscriptions": {
        "terse": ["charged twice this month", "cancelled in {month}, still paying", "stream down in the final", "buffering all night", "{noun} box missing again", "price up again, shows gone", "no way to cancel online", "logged out of every device, again", "adverts on a paid plan"],
        "remark": ["when is the new season out?", "is the match on {noun}?", "can i watch it in {place}?", "which plan has 4k?", "is there a free trial?"],
        "cheer": ["that finale, wow", "this month's box is my favourite", "so many good films this week", "cancelled and they even said thanks, classy"],
    },
    "clinics": {
        "terse": ["{dur} in the waiting room", "{n} calls, no slot", "appointment cancelled again", "prescription lost between you and the chemist", "no doctor until {month}", "results {dur} late, no one answers", "sent home without being seen", "parking {amount}, wait {dur}, seen {num} minutes"],
        "remark": ["are you open on {day}?", "do you do flu jabs?", "where is the entrance for the scan?", "is there parking at the clinic in {place}?", "how do i register?"],
        "cheer": ["the night nurses are angels", "seen in {small}, so kind", "thank you to the team in {place} who looked after {relation}", "baby is here, best midwives ever"],
    },
}
