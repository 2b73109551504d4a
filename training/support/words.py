"""The words that the grammar chooses among wherever a text says {kind}."""

WORDS = {
    "thing": "order|parcel|package|refund|delivery|card|account|subscription|invoice|booking|flight|ticket|luggage|"
             "phone|router|internet|broadband|app|website|password|payment|transfer|laptop|replacement|appointment|"
             "reservation|hotel room|train|taxi|restaurant table|voucher|claim|email|charger|meter|bill|tv|sim|"
             "washing machine|engineer visit|shoes|jacket|contract|login|bag|upgrade|medication|prescription|seat",
    "fault": "broken|late|missing|wrong|damaged|cancelled|not working|locked|blocked|down|delayed|lost|frozen|slow|"
             "stuck|charged twice|overdue|declined|empty|leaking|faulty",
    "firm": "this company|your company|you guys|you people|your team|this place|customer service|your support|"
            "this airline|this bank|your staff|the driver|your chat|this bot|your website|this app|your service",
    "bad": "terrible|awful|horrible|useless|pathetic|ridiculous|unacceptable|disgraceful|appalling|shocking|atrocious|"
           "a joke|a disgrace|a nightmare|garbage|rubbish|a scam|trash|abysmal|dreadful|beyond a joke|disgusting|"
           "hopeless|a shambles|clueless|incompetent|worthless|unprofessional|diabolical|the worst|a farce|crap|shameful",
    "mood": "furious|angry|annoyed|frustrated|fed up|livid|disgusted|so done|disappointed|sick of this|pissed off|"
            "fuming|irritated|outraged|exasperated|at my wits end|losing my patience|so mad|beyond frustrated|"
            "really upset|extremely disappointed|raging|so over this|appalled|not happy",
    "good": "great|amazing|fantastic|excellent|brilliant|wonderful|lovely|awesome|perfect|outstanding|superb|fab|"
            "really helpful|so helpful|so kind|very quick|spot on|top notch|impressive|incredible",
    "time": "hours|days|weeks|months|2 hours|3 days|four weeks|6 months|45 minutes|an hour|ages|over a week|"
            "ten days|a month|more than two hours|40 mins|since monday|since yesterday|the whole day|all morning",
    "ord": "second|third|fourth|fifth|2nd|3rd|4th|5th|10th|umpteenth|hundredth",
    "num": "two|three|four|five|3|4|5|10|20|a dozen|a hundred",
    "really": "really|so|very|extremely|absolutely|just|completely|totally|honestly|truly|utterly",
    "verb": "fix|solve|cancel|change|track|find|return|replace|update|check|book|activate|refund|explain|resend",
    "person": "nobody|no one|no-one|not one person",
    "place": "london|paris|cambridge|the airport|my address|the hotel|the station|chicago|the centre|new york|gate 12",
    "food": "italian|chinese|indian|cheap|expensive|moderate|thai|british",
    "day": "monday|tuesday|tomorrow|friday|next week|saturday|the 5th|march 3rd|tonight|sunday morning",
    "swear": "fucking|damn|bloody|freaking|goddamn|effing",
    "oops": "oops|whoops|my bad|crap|damn|shoot|shit|oh no|argh|ah|ugh|dang|darn|oh crap|oh damn|damn it|oh shoot|sorry|whoopsie|"
            "ah crap|oh shit|uh oh|my mistake|d'oh|oh dear|oopsie|ah damn|oh dang",
    "mistook": "clicked|clicked on|pressed|typed|picked|chose|selected|entered|hit|tapped|sent|opened|gave you|ordered|booked|"
               "filled in|used|put in|pasted",
    "target": "thing|one|button|link|chat|window|tab|number|date|address|account|option|file|person|email|code|page|box|"
              "field|name|item|size|room|place|room number|order number|language|channel|version",
    "fool": "an idiot|a fool|stupid|so stupid|so dumb|a dummy|silly|so silly|a bit slow|so clumsy|terrible at this|blind",
    "name": "john|maria|anna smith|mr lee|tom|sofia|ahmed|priya|dave|chloe|ravi|mrs jones|kemi|luca|sandra|wei",
    # How long, how often, how much; whose, where, what for.
    "dur": "2 hours|3 days|four weeks|6 months|45 minutes|an hour|ages|over a week|ten days|a month|two hours|90 mins|half a day|"
           "3 weeks|five days|a fortnight|2 and a half hours|35 min|a whole day|12 days|48 hours|a year|six hrs|weeks|days|hours|months",
    "small": "5 minutes|two minutes|ten minutes|10 min|20 mins|a minute|half an hour|a few minutes",
    "amount": "£30|$45|80 euros|£120|$600|five hundred pounds|20 quid|$9.99|£250|1,200 dollars|2000 rupees|£4.50|40 bucks|a fortune|a hundred euros",
    "month": "may|june|september|october|january|the new year",
    "year": "2009|2012|2015|2018|the nineties|2020|the start",
    "relation": "my mum|my son|my daughter|my wife|my husband|my dad|my grandmother|my sister|my partner|our baby|my mother in law|the kids|my boss|my friend",
    "event": "my sister's wedding|a funeral|my job interview|our anniversary|the party|my exam|the school play|a meeting|christmas|my flight|"
             "our honeymoon|her birthday|the match|the concert",
    "staff": "agent|advisor|rep|driver|manager|colleague|operator|engineer|assistant|receptionist|guy|lady",
}
