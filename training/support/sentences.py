"""Whole messages as rules: questions to banks and assistants, repair, blame, courtesies, urgency.

What people say to a company of its trade stands in the files of scenes and turns.
"""

# sentiment, frustration, urgency, weight of the rule, and its texts; {x} is a word of that kind, [a|b] a choice,
# (a) may be left out.
RULES = [
    # Calm questions and requests.
    (0, 0, 0, 5.0, [
        "[where is|can i track|when will i get|what is the status of] my {thing}?",
        "(hi, |hello, |hey |good morning, )[how do i|how can i|can you help me|i need to|i would like to|could you] {verb} my {thing}(?| please| please?)",
        "[what|which] documents do i need for the {thing}?",
        "i have a question about my {thing}",
        "is there a fee for the {thing}?", "does the {thing} come with a warranty?",
        "(yes, |ok, |sure, )[my order number is|it is|the number is|the code is] {n}",
        "(i am looking for|find me|i need) a {food} restaurant in {place}( for {day}| please| with free parking)",
        "i need a [train|taxi|flight|hotel] [to|from] {place} on {day}( for {num} people| after {n}:15| please)",
        "[book|reserve] [it|that one|a table] for {num} people [on|at] {day}",
        "what is the [phone number|address|postcode|price|departure time|check in time|baggage allowance]?",
        "do you have anything [cheaper|later|bigger|else]?", "no, that's all( for now| i needed|)", "no thanks, that is all",
        "yes( please| that works| it does|, {day}|)", "no( thanks| thank you|, i don't|)", "ok", "okay", "sure", "hello", "hi there",
        "[any|either] is fine", "i don't care(, any will do| about the price range|)", "it doesn't matter( which one|)",
        "let me check", "one moment", "i don't know( yet|)", "i'm not sure( yet|)", "maybe later", "not yet",
        "i will call back [later|{day}]", "my name is {name}", "{n}", "it's {name}",
        "please [send|email] me the {thing}", "can i have a copy of my {thing}?",
        "what time do you [open|close]( on {day}|)?", "are you open on {day}?", "do i need to call before {day}?",
        "i want to [return|exchange|cancel] the {thing} i bought( last week| on {day}|)",
        "how long does [it|the {thing}] take?", "why was my {thing} {fault}?", "is my {thing} {fault}?",
        "could you let me know when the {thing} [arrives|is ready|leaves]?",
        "[do you|does {place}] have [wifi|parking|a pool]?", "what are my options?", "can i pay by [card|cash|paypal]?",
        "@acme [do you ship to|is there a shop in|what time is the flight to] {place}?",
        "@acme [quick question|question] about my {thing}", "@acme [dm sent|sent you a dm|i have followed you]",
        "@acme is [flight {n}|the {thing}] on time?", "@acme how do i {verb} my {thing}?",
        "is this a [bot|real person]?", "are you a [bot|human]?", "can i talk to a [human|person|agent]?",
        "i would like to speak to [someone|an agent|a representative]( about my {thing}|)", "[agent|human|representative]( please|)",
        "i'm not [angry|upset|mad|annoyed|complaining|in a hurry], [just asking|only asking|just curious|just wondering|i only want to know]",
        "no [problem|worries|hurry|rush](, take your time|)", "no, [it's just me|just one|only one way|that was all|i don't want to {verb} it, just check]",
        "could you [repeat|say] that( again|)?", "sorry, [i didn't understand|what was that|say that again]", "is the traffic bad [today|right now]?",
        "you never said [which|what time] it is( , could you check|)?", "i'm sorry, i [don't know|have no idea|can't find it]( sorry|)",
        "[forgot|lost] my {thing}, where can i get [a new one|it] (again|)?", "[play|change|skip] (this|the) song( please|)", "send a message to {name}",
    ]),
    # Blame that the customer takes, and polite reluctance: words of anger, said of oneself or of nothing, by somebody
    # calm. Whether that is negative is anybody's guess, and nothing is said of it.
    (None, 0, 0, 2.2, [
        "{oops}[ |, |. |! ]i {mistook} the wrong {target}( , sorry| , can you undo it?| , how do i change it?|)", "{oops}[, | ]wrong {target}( , sorry| , ignore that| , never mind|)",
        "[sorry|apologies|my apologies|my mistake|my fault|my bad|mea culpa], [i {mistook} the wrong {target}|that was meant for someone else|i meant {day}|i misread that|ignore my last message|that was a typo|i see it now|found it|it was in my spam folder|i had the wrong {target} open]",
        "i'm (such |){fool}[, | ][i forgot my password|it was in my bag the whole time|i {mistook} the wrong {target}|i didn't see the button|it was switched off|i had it in front of me|i gave you the wrong {target}]( sorry| lol| haha|)",
        "(i think |i guess |i'm afraid |)[it was my|it's my|that's my|that was my|this one is my|that's totally my|it's probably my] [(own |)fault|mistake|(own |)stupid fault|bad|error][ |, ]( i {mistook} the wrong {target}| sorry| can i fix it?|)",
        "[how stupid|how silly|how dumb|how daft] of me[ |, ](i {mistook} the wrong {target}|i forgot to save|)", "[silly|stupid|dumb|daft] me[ |, ](i {mistook} the wrong {target}|it was upside down|i forgot to press send|)",
        "(yeah |yes |ok |)[i messed up|i screwed up|i goofed|i made a mistake|i got it wrong|i did something wrong|i broke it myself|i dropped it myself|i deleted it by accident|i deleted it by mistake|i misunderstood|i was wrong]( with my {thing}| on the form| , can it be undone?| , what can i do?| , sorry|)",
        "[i hate to|i'd hate to|hate to|sorry to|so sorry to|i don't want to|i feel bad to|i'm embarrassed to|i don't mean to] [bother you|be a pain|be a nuisance|bug you|trouble you|ask again|ask this|be annoying|complain|nag|rush you|interrupt]( again|)[ |, ](but |)[can you help|could you help me with my {thing}|can you check my {thing}|i need a hand with my {thing}|where is my {thing}|could you {verb} my {thing}|i have a question]( please|)(?|)",
        "[sorry for|apologies for|excuse] [the stupid question|the silly question|the dumb question|my bad english|my mistake|the trouble|the mess|the late reply|the typo|the confusion|being slow|bothering you]( again|)( , how do i {verb} my {thing}?| , where is it?|)",
        "[this is a|probably a|it's a|maybe a] [stupid|silly|dumb|daft|ridiculous] question[, | ]but [how do i {verb} my {thing}|where do i find my {thing}|what is {n}|do i need a {thing}|does the {thing} come with a bag](?|)",
        "[i'm|i am] [terrible|awful|useless|hopeless|bad|rubbish] [with computers|with apps|at this|at forms|with technology|with numbers|at remembering passwords][ |, ](can you help?|how do i {verb} my {thing}?|please bear with me|sorry|)",
        "{oops}[ |, ]i [forgot|lost|deleted|missed|misread|misplaced|dropped|broke|spilled coffee on] [my {thing}|it|the email|the form|the link]( again|)( , can i get a new one?| , what now?| , sorry|)",
    ]),
    # The same words, said of the company.
    (-1, 1, 0, 0.6, [
        "[crap|damn|shit|argh|ugh|damn it|oh come on|for god's sake][, | ][your {thing}|the {thing}|your website|this app] is {fault} again(!|)", "your {thing} is [crap|shit|rubbish]", "[you|your agent|your colleague|your driver] [messed up|screwed up|broke|lost|deleted] my {thing}( again|)(!|)", "[you|you people|your system] sent me the wrong {thing}( again|, again|)(!|)", "i [hate|really hate] [dealing with you|this|having to call you|your chat|asking for the same thing again](!|)", "[this is|that is|it's] your (own |damn |)[fault|mistake|error]( , not mine|)(!|)", "[whose|who's] fault is that? [yours|not mine](!|)", "what a stupid [answer|bot|system|rule|question to ask me](!|)",
    ]),
    # Problems told calmly: not a feeling.
    (0, 0, 0, 3.0, [
        "my {thing} is {fault}( , [can you help|what should i do|what now|can i get a new one]?|)",
        "(hi, |hello, )my {thing} [has not arrived|hasn't arrived|did not arrive|never arrived|has not been delivered]( yet|)",
        "i [was charged twice|have been charged twice|can't log in|can't find my {thing}|lost my {thing}|forgot my password]",
        "the {thing} [shows|gives] an error( {n}| message|)", "i did not receive the {thing}( yet|)",
        "the {thing} stopped working [yesterday|{day}|after the update]",
        "[my|the|your] {thing} [failed|has failed|keeps failing|failed to load|failed to arrive|is failing|did not go through|crashed|failed twice]( , what now?| last night| on {day}| with error {n}|)",
        "the [upload|update|verification|server|sync|test|engine|heating|download|lock|printer|pump|scanner|builder|order] failed( last night| on {day}| with error {n}| to start|)",
        "[i ordered|i bought] a {thing} and it [arrived|came|was] {fault}",
        "i think there is a [mistake|problem|charge i don't recognise] [on|with] my {thing}",
        "i am still waiting [for|on] my {thing}( to arrive|)", "it still doesn't [work|show up]( on my side|)",
        "i was told it would take {num} days and it's been {num}", "i've been waiting {time}( for my {thing}|)(. is it still coming|)?",
        "my {thing} was [stolen|hacked|refused|rejected]( what do i do|)?", "there is something wrong with my {thing}",
        "[is there|there is] a problem with the {thing}( again|)?", "the app [crashes|freezes|closes] when i open it",
    ]),
    # Repair: the bot did not understand. Dissatisfied, though no word of feeling stands there.
    (-1, 1, 0, 2.2, [
        "no, [not that|that's not it|that's not what i asked|that is wrong|i said {day}|i mean {place}|i asked for {food}]",
        "that's not what i [asked|said|meant|wanted|need|asked for]", "i [already|just] [told|gave|sent|said|answered] (you |)that(!| already|)",
        "i (just |already )[asked|told you|said] [that|{day}|{food}|{place}|for a {thing}]( not a {thing}|)",
        "[you|you guys|u] (just |)[asked|told] me that( already| a minute ago| before|)", "you keep [asking|saying|sending|telling me] [the same thing|the same question|that|this]",
        "you are not [listening|helping|answering my question|understanding me|reading what i write]",
        "you['re| are|] not (really |)[helping|answering|understanding|getting it](!| at all|)", "you don't [understand|get it|listen]( me|!|)",
        "that [doesn't|does not|didn't|did not] [answer my question|help|help me|work|solve it]( at all|!| either|)", "this [is not|isn't] [helping|working|helpful]( at all|)",
        "wrong( again|!| {thing}|, i said {day}|)", "again, i [need|want|asked for] a {thing}", "are you [even listening|even reading this|kidding me|serious|stupid|broken]??",
        "[what|huh]? that makes no sense", "that is not (my|the) [question|problem|point|issue]", "[every|each] [agent|person|time|call] [i get|tells me|says] something [different|else]",
        "are you going to [help|answer|fix it] or [just repeat that|keep apologising|not]?", "that's the same [answer|reply|link] as before", "i don't want {food}, i [said|asked for|told you] {food}", "[no|nope], {food}! not {food}",
        "we are going (round |around |)in circles", "i have explained this [{num} times|already|twice|over and over]", "did you even read [my message|what i wrote|that]?",
        "why do you keep [asking|sending me that|repeating yourself]?", "stop [asking|sending|repeating] (me |)[that|the same thing|this]", "can you look again? i [said|need] {food}",
        "how many times do i have to [say|repeat|explain] [it|this|myself]?", "forget it( then|, this is useless|, i give up|)", "never mind, you can't help( me|)", "this is [going nowhere|pointless|getting us nowhere]",
        "i give up", "what part of [no|{day}|cancel] do you not understand", "same [answer|question|link|message] again", "your answer has nothing to do with my question", "i didn't ask for (a |){thing}", "that's the wrong {thing}( again|!|)",
    ]),
    # Refusals, corrections, asking for another try or another choice: calm, yet not what the customer came for. Many
    # of them in one conversation are what dissatisfaction looks like there, so they stand a little above a plain request.
    (0, 0.2, 0, 2.0, [
        "[no|nope|no thanks], not [now|that one|yet|today|at the moment|this one|at this time|really]", "not [now|yet|that one|this one|right now|interested|today]",
        "[no|nope], [make it|change it to|i need it on|i want it on|it should be|i meant|try] [{day}|{place}|{num} people]", "no(,|.) [i want|i need|i would like|i'd rather have|play|book|find|give me] [a {thing}|{food} food|the {thing}|something {food}|the other one]",
        "[actually|wait|sorry], [make it|i need|change it to|i want] [{num} people|{day}|{place}|the {thing}]", "[can|could|would] you (please )[look|check|search|try] again( for {day}| please|)?", "[please |][try|check|search|look] again( for {num} people| on {day}|)",
        "[show me|find me|suggest|give me|is there|are there] [another|a different|some other|any other] [{food} place|{thing}|option|options|time]( please|)(?|.|)", "i don't [like|want|need] [it|that one|any of these|those|that]( , [anything|something] else?|)", "that's [not right|incorrect|not correct|wrong], [it is|i said|it's for|i need] [{day}|{num} people|{place}]", "that [doesn't|does not|won't] [work|suit me]( for me|), [anything else|what else is there|another one]?", "[incorrect|wrong|negative], [{day}|{num} people|it is {place}]", "[more|other] [options|choices] please",
        "no, the other one", "[start over|go back|back]( please|)", "what were the [options|choices]( again|)?", "i changed my mind, [{day}|{place}|{num} people] please", "(sorry, |no, )[make that |]{num}( people|)",
    ]),
    # Complaints with feeling.
    (-1, 1, 0, 6.0, [
        "{firm} [is|are] {bad}(!| !!|.)", "this is ({really} |){bad}(!|!!| now|.|)", "{really} {bad}", "what {bad} service", "(absolutely |){bad} (customer |)service(!|)",
        "i am ({really} |){mood}( with {firm}| about this| right now|!|)", "i'm ({really} |){mood}( now| with the {thing}|!!|)", "{really} {mood}( with {firm}|)",
        "this is the {ord} time [i'm asking|i ask|i've asked|i contact you|i have called|this happens|i write|you cancelled]( about (my |){thing}|)(!|!!|)",
        "{ord} time [i'm asking|i contact you|i've called about this|this month|this week], this is {bad}", "i have [called|emailed|written|asked|contacted you|complained] {num} times( and still nothing| already| and {person} answers|)(!|)",
        "still [no|waiting for a|waiting for my] [answer|reply|response|refund|{thing}] after {time}(!|!!| this is {bad}|)", "i have been [waiting|on hold] for {time}(!| and still nothing| and {person} [helps|answers|cares]|, this is {bad})",
        "[{time}|{num} weeks] and still (no |nothing|waiting)[ |](.|!|)", "nothing [works|is working|has been done|ever works]( with {firm}|!|!!|)", "{person} [answers|helps|cares|replies|picks up|knows anything]( the phone| here|!|)",
        "why is [{firm}|this|the {thing}] so [hard|difficult|slow|complicated|bad|{bad}]??", "why [can't|cant|won't] you just {verb} [it|my {thing}](?|??|!)", "just {verb} [it|my {thing}|the damn {thing}](!|!!| already| for once)",
        "i [want|demand] my money back( now|!|, this is {bad}|)", "worst [service|company|experience|airline|bank|support|chat|app|{thing}] (ever|i have ever had|in years|of my life)(!|)", "never [again|using {firm} again|flying with you again|ordering here again]( !|.|)",
        "i am [done|finished|through] with {firm}", "i'm sick (and tired |)of [this|waiting|{firm}|being ignored|your excuses|repeating myself]", "i've had (it|enough)( with {firm}| of this|!|)", "i have had enough( of this| of {firm}|!|)", "fed up [with|of] [this|waiting|{firm}|your {thing}]",
        "are you kidding me(?|??| right now|!?)", "you have got to be kidding( me|)", "what a [joke|waste of time|disaster|shambles|mess|nightmare|disgrace|farce|load of rubbish]( this is| !|.|)", "what the [hell|heck|fuck] (is this|is wrong with you|is going on|)?",
        "i [wasted|have wasted|lost|spent] {time} [on this|on the phone|trying to {verb} this|with this]( and it is still {fault}|!|)", "you [lied|lie] to me( about the {thing}|!|)", "your [agent|driver|staff|colleague] was ({really} |)[rude|useless|unhelpful|unprofessional|arrogant]( to me|!|)", "[stop wasting my time|you are wasting my time|don't waste my time]( please|!|)",
        "i [hate|can't stand|regret using] [this|{firm}|your {thing}](!| so much|)", "{swear} [{thing}|useless {thing}|{firm}] (is {fault} again|)(!|)", "my {thing} is {fault} AGAIN(!|!!| this is {bad})", "your {thing} is [{swear}|so|always] {fault}(!| again|)", "how is this [even legal|acceptable|still not fixed|so hard|still broken]?", "[no help|zero help|no support|no communication|no response|no apology] (whatsoever|at all|from {firm}|)(!|)",
        "how [do|can|could] you [lose|forget|mess up|break|not know where] (a|my) {thing}(?|??|!?)", "(where is my {thing}, |)[zero|no|not one|not a single] [replies|reply|answer|update|response|callback]( from {firm}| so far|)(!|)",
        "[another|yet another] [outage|delay|excuse|cancellation|error|broken promise]( today|!|...|)", "i [shouldn't|should not] have to [chase|call|beg|wait|ask|pay] (you |)for (my own |)[money|{thing}|this]", "how [does|do|can] {firm} [stay in business|still exist|get away with this]?",
        "[the {thing} you promised|you promised me my {thing}] [weeks|days|{time}] ago( and still nothing| is still not here|, what's going on)(??|!|)", "i was [promised|told] [a callback|a refund|it would be here|an answer] [yesterday|{day}|{num} days ago](. still nothing| and nothing happened|, nothing)(!|)", "this has [gone on|dragged on|taken] [long enough|too long|for {time}](!|)", "how is it possible that [nobody|no one] [knows|can tell me|answers]( anything| where my {thing} is|)", "[stuck|stranded|sitting] [at {place}|here|on the plane] for {time}( , no [info|water|updates|staff]|)(!|)", "{thing} (has been |is |still )[out|down|gone|missing] since {day}( and all i get is [automated replies|excuses|silence]|)(!|)", "it's [insane|absurd|outrageous|laughable|mind boggling] that [i have to|you make me|we] [pay|wait|call|print] [for this|again|{time}]", "[it|your {thing}] is driving me [crazy|mad|insane|up the wall]", "my {thing} was [dirty|filthy|broken|disgusting] and [nobody cared|the staff laughed|no one came]", "{thing} says [delivered|completed|refunded]. it [isn't|is not|never was](!|)", "[cancel|close] [it|everything|my account], i'm [out|done|leaving]", "i've been a (loyal |)customer for [years|{num} years] and [this is how you treat me|now this|never again]",
        "@acme {bad} [service|experience|flight|support]( again|, never again|!|)", "@acme [you are|y'all are|you guys are] {bad}", "@acme thanks for [nothing|ruining my day|losing my bag|cancelling my flight|the {time} delay]( again|!| 😡| 🙄|)", "@acme my {thing} [is|was] {fault} and {person} [helps|answers|cares|knows anything](!| 😡|)", "@acme been [waiting|on hold|sitting here|stuck] (for |){time}( , {bad}| and still no {thing}| 😡| wtf|!|)", "@acme [lost my luggage|lost my bag|cancelled my flight|delayed us again|hung up on me|overcharged me] (and no one helps|again|!|, {bad})",
        "@acme [worst|most {bad}] [airline|company|service|experience] ever", "@acme why [don't you answer|is {person} answering|is your {thing} always {fault}|do you even have a hotline]??", "@acme [fix|sort out|sort] your {thing}(!| already|)", "i expected [better|more] from {firm}", "i can't believe [this|you did this|how {bad} this is|i paid for this|nobody helps]", "this is [not good enough|not ok|not acceptable|not fair|ridiculous, i am paying for this]( !|.|)", "i will [cancel everything|switch to another company|leave a bad review|tell everyone|never come back|call my lawyer|report you|take this further](!|, this is {bad}|)", "[you|{firm}] [don't|do not|doesn't] care( about customers| at all|)( !|.|)", "every (single |)time [the same story|something goes wrong|it is {fault}|i get a different answer](!|)", "not [impressed|happy|good enough|acceptable|a happy customer]( at all|!|)", "very (very |)[disappointed|unhappy|poor|bad|annoying|frustrating|disappointing]( service| experience|!|)", "how [frustrating|annoying|disappointing|ridiculous|hard can it be|rude](!|?|)", "so [frustrating|annoying|disappointing|slow|bad|rude](!|)", "ugh(, | )[this again|still {fault}|not again|it's {fault}|why]( !|)", "[omg|wtf|ffs|smh|seriously] [just {verb} it|why is it {fault}|{time} waiting|what is wrong with {firm}](?|!|)",
    ]),
    # Complaints in turns of phrase, of which no single word is one of feeling.
    (-1, 1, 0, 0.7, [
        "[it's|this is|that's] (like |)[talking to a brick wall|talking to a wall|a wild goose chase|the last straw|a slap in the face|daylight robbery|highway robbery|money down the drain|one excuse after another|a broken record|groundhog day|bait and switch|amateur hour|a three ring circus|a bad joke|a bottomless pit|an endless loop|a kick in the teeth]( !|!|.| with {firm}|)",
        "(i'm |i am |)[at the end of my rope|at the end of my tether|out of patience|running out of patience|tearing my hair out|pulling my hair out|past caring|beyond words|lost for words|speechless|ready to scream|about to explode|seeing red|chasing my tail|stuck in limbo|banging my head against a wall|jumping through hoops|done being patient]( here|!|.| because of {firm}|, {time} now|)",
        "my patience is [wearing thin|running out|gone|at its limit]( with {firm}|!|)", "(that's it, |)i've [had it up to here|reached my limit|run out of patience|lost all faith|lost all trust|lost count|had my fill]( with {firm}| of how often i called|!|)", "you had one job(!|.|, my {thing}|)", "you [couldn't|could not] [care less|make this any harder|run a bath|find your way out of a paper bag](!|)",
        "(i'm |i keep |i am |)[getting|being given] [the runaround|the run around|the brush off|the cold shoulder|empty promises|nowhere|nothing but excuses]( from {firm}|!|)", "(i've been |been |i was |)[passed|sent|bounced|handed|shoved|pushed] [from pillar to post|from one agent to the next|around|from department to department|back and forth]( for {time}|!|)",
        "(i've been |i was |i feel |)[fobbed off|left hanging|left in the dark|left high and dry|taken for a ride|taken for a fool|ripped off|strung along|led up the garden path|ghosted|played for a fool|cheated|let down](by {firm}| again|!|)", "[my emails|my messages|my complaints|my calls] [fall on deaf ears|go into a black hole|vanish into thin air|seem to be ignored](!|)",
        "the left hand doesn't know what the right (hand |)is doing", "[crickets|radio silence|total silence|dead silence|not a peep]( from {firm}| for {time}| since {day}|)", "what (exactly |on earth |)(am i|do i) [paying|pay] [you |]for(?|??|)", "[is anybody|is anyone] [home|there|awake|even alive](?|??)( hello??|)", "[give me a break|get a grip|get your act together|sort yourselves out|wake up|pull yourselves together|about time|took you long enough|do your job|enough is enough|here we go again|not this again|words fail me|shame on you|spare me]( !|!|.|, {firm}|)",
        "(this|it) [makes|is making] my blood boil", "[you|your bot|your {thing}] [drives|is driving|are driving] me [nuts|bonkers|round the bend|to despair]", "i wish i had never [signed up|ordered|heard of {firm}|bought your {thing}|switched to you](!|)", "[more trouble than it's worth|not worth the paper it's written on|not worth a penny|worth every penny, not]", "[all talk(,| and) no action|promises, promises|excuses, excuses|in one ear and out the other|same old story|same old excuses]( from {firm}|!|)", "i could have [walked there|built one myself|flown to the moon|grown old] [by now|in that time|faster]( , honestly|!|)", "i'm [not made of money|not a cash machine|not your guinea pig|growing old here|growing a beard waiting]", "(do |)[you take me for a fool|you think this is funny|you think i was born yesterday|you enjoy this|pigs fly sooner](?|??|!)", "[a snail|my grandmother|a carrier pigeon|a toddler] would be [faster|more use|more help] (than {firm}|)(!|)", "don't hold your breath(, {firm} never answers|)", "[thanks to you|because of you|thanks to {firm}], [my holiday is ruined|i missed my flight|i missed my mother's birthday|my weekend is gone|i lost a customer|i had to pay twice](!|)",
    ]),
    # Sarcasm and bitter thanks.
    (-1, 1, 0, 1.2, [
        "oh (great|wonderful|brilliant|fantastic|perfect|lovely), [another|one more] [error|delay|bot|form|{day} without my {thing}]", "[great|nice|well done|good|awesome] job[,|] [{firm}|losing my {thing}|now it is {fault}](!| 🙄| 👏|)", "thanks for nothing(!|.| 🙄|)", "thanks a lot for [nothing|the {time} wait|losing my {thing}|wasting my time]",
        "yeah right(, like last time|...|)", "wow, (just wow|great service 🙄|what a surprise|so helpful 🙄)", "i just love [waiting {time}|being ignored|talking to a bot|your {thing} being {fault}]( 🙄|...|)", "real helpful( 🙄|...|, not|)", "as [usual|always|expected], {fault}(. great service|!|)", "[sure|right], because that worked so well [last time|before]", "how [convenient|surprising], {fault} again", "love how {firm} [ignores|ignore] me( 🙄|)", "bravo, my {thing} is {fault} again( 👏|)", "thanks @acme for [the {time} delay|cancelling on us|ruining our holiday|losing my {thing}]",
    ]),
    # Disappointed or sad, without anger.
    (-1, 0, 0, 1.0, [
        "unfortunately (my |the ){thing} was not what i hoped for", "i'm sad that the {thing} [is gone|was discontinued|did not fit]", "the {thing} is [bad|poor|not good|not great|ugly|too small|overpriced|of poor quality]", "i don't like the [new {thing}|colour|design|update]", "the quality [is|was] [poor|bad|not great|worse than before]", "i am worried [about|that] my {thing} [is lost|was stolen|might be hacked|won't arrive]", "sorry, i [broke|lost|damaged] my {thing}, i feel [bad|terrible|stupid]", "it is a (bit |)[shame|pity](, i liked it|)", "i'm afraid i [have to cancel|was scammed|can't afford it]", "the food was [cold|bad|tasteless|awful]", "the {thing} is worse than the old one",
    ]),
    # Urgent.
    (0, 0, 1, 1.6, [
        "(please |)[i need|we need] [this|my {thing}|it] [urgently|asap|today|right now|right away|immediately|as soon as possible|within the hour|before {day}](!|)", "it's (very |really |)urgent(!|, please| , my flight leaves in {num} hours|)", "this is [an emergency|urgent|time critical]( !|.|)", "[please hurry|hurry up please|asap please|urgent please]( !|)", "my [flight|train|appointment|meeting] [leaves|starts|is] in [an hour|{num} minutes|20 minutes|{num} hours](!|, please help| and i can't check in|)",
        "[block|stop|freeze|cancel] (my |the )[card|payment|transfer|account] [now|immediately|right now|asap](!| please|)", "someone is using my card right now", "we are standing at the [airport|hotel|gate|door] and the {thing} is {fault}", "the deadline is [today|tonight|tomorrow|in an hour]", "can you do it [today|now|right now|immediately|asap|before noon|by tomorrow]?", "i need an answer [today|now|by {day}|within the hour]", "help, my [account was hacked|money is gone|card was stolen](!|, what do i do now|)",
        "urgent: {thing} {fault}", "my medication runs out [today|tomorrow]", "our whole [office|shop|system] is down", "production is down( since this morning|!|)",
    ]),
    (-1, 1, 1, 1.6, [
        "i need [this|my {thing}|it] [now|today|fixed now|immediately|asap](!!|, i have been waiting {time}|, this is {bad})", "{verb} [this|my {thing}] (right |)now(!|!!| or i cancel| , i am {mood})", "this is urgent and {person} [answers|helps|cares](!|!!|)", "i have a flight in {num} hours and {person} helps(!| me|)", "answer me( now|!|!!| already)", "HELP ME( NOW| ALREADY|)(!|!!)", "get [this|it] [fixed|sorted|done] [now|today|asap|immediately](!|!!|, i am {mood}|)", "how much longer(?|??| do i have to wait| is this going to take)", "where (the hell |the fuck |on earth )is my {thing}(?|??|!|!!)",
    ]),
    # Thanks that only close a sentence: polite, not a feeling.
    (0, 0, 0, 1.2, ["thanks", "thank you", "ok thanks", "ok thank you", "thanks.", "thank you.", "okay, thank you", "thx", "ty", "[ok|alright|fine|great], [thanks|thank you](, bye|)", "[yes|no], [thanks|thank you]", "thanks in advance", "thank you, [goodbye|bye]", "thanks, [that's all|i will try|i'll wait|i'll check]", "[how do i|can you] {verb} my {thing}? [thanks|thank you|thx]", "please {verb} my {thing}, thank you", "cheers", "[no problem|you're welcome|got it|understood|i see]", "thanks for [the info|your reply|the reply|letting me know|getting back to me]"]),
    # Happy.
    (1, 0, 0, 3.4, [
        "thank you so much(!|!!| for your help| 😊|)", "thanks, [that|it] [solved it|worked|works|fixed it|helped|did the trick|solved my problem](!|!!| now|)", "[that|it] [worked|works now|solved it|fixed it|did the trick](!|, thanks|, thank you| perfectly|)", "{good}(!|, thanks|, thank you|!!)", "[that's|that is|this is|you are|you're|you guys are] ({really} |){good}(!|, thank you| 😊|)", "you have been {good}(!| today|, thanks)", "{good} [service|support|help|experience|team|app](!|, thank you| as always|)", "i'm ({really} |)[happy|glad|pleased|delighted|impressed|grateful|relieved|satisfied] (with {firm}|that it works|you could help|now|)(!|)", "i [love|really like|appreciate] [it|this|your help|{firm}|the new {thing}](!| so much| 😍|)", "my {thing} [arrived|works again|is fixed|came early](!|, thank you|, {good}| 🎉)",
        "[yay|woohoo|yes!|finally!], it works( now|!|)", "best [service|support|company|experience|chat] (ever|i've had|in a long time)(!|)", "can't thank you enough", "you saved my [day|trip|life](!|)", "@acme [thank you|thanks] for the {good} [service|flight|help|support](!|)", "@acme [shout out|big thanks|kudos|props] to [{name}|your team|the crew] for being {good}", "@acme {good} [flight|crew|service] today(!| ❤| 👏|)", "perfect(, just what i needed|, thanks|!|)", "that was (quick|fast|easy)(, thank you|!|)", "well done( team|!|, thanks)", "no complaints, {good} service", "not bad at all(!|, thanks)", "problem solved(!|, thank you|)", "i'm not angry (anymore|any more|at all|), [thanks|all good]", "glad [i could talk to someone|that is sorted|it works]", "much better( now|, thanks|!|)", "wow, that was {good}", "sounds (great|good|perfect)(!|, thanks|, let's do it)", "great, [i'll take it|book it|that works for me]( please|!|)",
    ]),
]
