/** Emoji by group, each with what people call it in English and in German: a few hundred of those that are used. */

/** "emoji english words/deutsche Wörter", separated by commas. */
const PEOPLE = `
😀 grinning/grinsend, 😃 happy/glücklich, 😄 laughing eyes/lachende Augen, 😁 beaming/strahlend, 😆 squinting laugh/Lachen,
😅 sweat smile relief/Schweiß erleichtert, 😂 joy tears laughing/Freudentränen lachen, 🤣 rolling laughing/kugeln vor Lachen,
🙂 smile/lächeln, 🙃 upside down/kopfüber, 😉 wink/zwinkern, 😊 blush smile/errötet, 😇 angel innocent/Engel unschuldig,
🥰 in love hearts/verliebt Herzen, 😍 love heart eyes/verliebte Herzaugen, 🤩 star struck/begeistert Sterne, 😘 kiss/Kuss,
😋 yum tasty/lecker, 😛 tongue/Zunge, 😜 winking tongue crazy/Zunge zwinkern, 🤪 zany crazy/verrückt, 🤗 hug/umarmen,
🤭 oops giggle/kichern ups, 🤫 quiet shush/leise pst, 🤔 thinking/nachdenken, 🤐 zipped mouth/verschwiegen,
🤨 raised eyebrow doubt/Zweifel Augenbraue, 😐 neutral/neutral, 😑 expressionless/ausdruckslos, 😶 speechless/sprachlos,
😏 smirk/selbstgefällig, 😒 unamused/missmutig, 🙄 rolling eyes/Augen verdrehen, 😬 grimace awkward/Grimasse verlegen,
😌 relieved/erleichtert, 😔 pensive sad/nachdenklich traurig, 😪 sleepy/müde, 😴 sleeping/schlafen, 😷 mask ill/Maske krank,
🤒 fever ill/Fieber krank, 🤢 nauseated sick/übel, 🤧 sneeze cold/niesen erkältet, 🥵 hot/heiß, 🥶 cold freezing/kalt frieren,
🥴 woozy/benommen, 😵 dizzy/schwindlig, 🤯 mind blown/umwerfend Kopf explodiert, 🤠 cowboy/Cowboy, 🥳 party celebrate/feiern Party,
😎 cool sunglasses/cool Sonnenbrille, 🤓 nerd/Streber, 🧐 monocle/Monokel, 😕 confused/verwirrt, 😟 worried/besorgt,
🙁 frown/stirnrunzelnd, 😮 wow surprised/wow erstaunt, 😲 astonished/verblüfft, 😳 flushed/verlegen, 🥺 pleading please/bitte flehend,
😨 fearful/ängstlich, 😰 anxious/besorgt Schweiß, 😢 cry sad/weinen traurig, 😭 sobbing crying/heulen, 😱 scream/schreien,
😖 confounded/verstört, 😣 persevere/ausharren, 😞 disappointed/enttäuscht, 😓 sweat/Schweiß, 😩 weary/erschöpft, 😫 tired/müde,
🥱 yawn bored/gähnen Langeweile, 😤 triumph huff/schnauben, 😡 angry pouting/wütend, 😠 angry/verärgert, 🤬 swearing/fluchen,
😈 devil/Teufel, 💀 skull dead/Totenkopf, 💩 poo/Kacke, 🤡 clown/Clown, 👻 ghost/Gespenst, 👽 alien/Außerirdischer, 🤖 robot/Roboter,
😺 cat smile/Katze lächelt, 🙈 see no evil monkey/nichts sehen Affe, 🙉 hear no evil monkey/nichts hören Affe, 🙊 speak no evil monkey/nichts sagen Affe`

const HANDS = `
👍 thumbs up yes like/Daumen hoch ja gut, 👎 thumbs down no dislike/Daumen runter nein, 👏 clap applause/klatschen Applaus,
🙌 raised hands hooray/Hände hoch hurra, 🙏 please thanks pray/bitte danke, 👋 wave hello bye/winken hallo tschüss, 🤝 handshake deal/Handschlag,
👌 ok/okay, ✌️ victory peace/Sieg Frieden, 🤞 fingers crossed luck/Daumen drücken, 🤟 love you/liebe dich, 🤘 rock/Rock,
🤙 call me/ruf an, 👈 left/links, 👉 right/rechts, 👆 up/oben, 👇 down/unten, ☝️ one first/eins erstens, ✋ stop hand/halt Hand, 🖖 vulcan/Vulkanier,
👊 fist bump/Faust, ✊ raised fist/Faust hoch, 💪 strong muscle/stark Muskel, 🫶 hands heart/Hände Herz, 🫡 salute/salutieren,
✍️ writing/schreiben, 👀 eyes look/Augen sehen, 🧠 brain/Gehirn, 👂 ear listen/Ohr hören, 🤷 shrug/Schulterzucken, 🤦 facepalm/an die Stirn fassen,
🙋 raising hand/melden, 🙇 bow sorry/verbeugen Entschuldigung, 💃 dancing/tanzen, 🕺 dancing man/Tänzer, 🏃 running/laufen, 🚶 walking/gehen,
👶 baby/Baby, 👨‍👩‍👧‍👦 family/Familie, 🧑‍💻 developer computer/Entwickler Computer, 🎅 santa/Weihnachtsmann`

const HEARTS = `
❤️ heart love red/Herz Liebe rot, 🧡 orange heart/Herz orange, 💛 yellow heart/Herz gelb, 💚 green heart/Herz grün, 💙 blue heart/Herz blau,
💜 purple heart/Herz lila, 🖤 black heart/Herz schwarz, 🤍 white heart/Herz weiß, 💔 broken heart/gebrochenes Herz, 💕 two hearts/zwei Herzen,
💖 sparkling heart/funkelndes Herz, 💯 hundred perfect/hundert perfekt, 💥 boom/Knall, ✨ sparkles/funkeln, ⭐ star/Stern, 🌟 glowing star/leuchtender Stern,
🔥 fire hot/Feuer, 💧 drop/Tropfen, 💤 zzz sleep/schlafen, 💬 speech/Sprechblase, 💭 thought/Gedanke, ✅ done check yes/erledigt Haken ja,
☑️ checked/angekreuzt, ✔️ check/Haken, ❌ cross no wrong/Kreuz nein falsch, ❓ question/Frage, ❗ exclamation/Ausrufezeichen, ⚠️ warning/Warnung,
🚫 forbidden/verboten, ⛔ no entry/kein Zutritt, ➕ plus/plus, ➖ minus/minus, ♻️ recycle/Recycling, 🔔 bell/Glocke, 🔕 silent/stumm, 🔴 red circle/roter Kreis,
🟠 orange circle/oranger Kreis, 🟡 yellow circle/gelber Kreis, 🟢 green circle/grüner Kreis, 🔵 blue circle/blauer Kreis, ⚫ black circle/schwarzer Kreis`

const NATURE = `
🐶 dog/Hund, 🐱 cat/Katze, 🐭 mouse/Maus, 🐰 rabbit/Hase, 🦊 fox/Fuchs, 🐻 bear/Bär, 🐼 panda/Panda, 🐨 koala/Koala, 🐯 tiger/Tiger, 🦁 lion/Löwe,
🐮 cow/Kuh, 🐷 pig/Schwein, 🐸 frog/Frosch, 🐵 monkey/Affe, 🐔 chicken/Huhn, 🐧 penguin/Pinguin, 🐦 bird/Vogel, 🦆 duck/Ente, 🦉 owl/Eule,
🐴 horse/Pferd, 🦄 unicorn/Einhorn, 🐝 bee/Biene, 🐛 bug/Raupe Käfer, 🦋 butterfly/Schmetterling, 🐌 snail/Schnecke, 🐢 turtle/Schildkröte,
🐍 snake/Schlange, 🐙 octopus/Krake, 🐟 fish/Fisch, 🐬 dolphin/Delfin, 🐳 whale/Wal, 🦔 hedgehog/Igel, 🌵 cactus/Kaktus, 🎄 christmas tree/Weihnachtsbaum,
🌲 tree/Baum, 🌱 seedling/Keimling, 🍀 clover luck/Klee Glück, 🍁 maple leaf autumn/Ahorn Herbst, 🌸 blossom/Blüte, 🌹 rose/Rose, 🌻 sunflower/Sonnenblume,
💐 flowers bouquet/Blumenstrauß, 🌍 earth world/Erde Welt, 🌙 moon/Mond, ☀️ sun/Sonne, ⛅ cloudy/bewölkt, ☁️ cloud/Wolke, 🌧️ rain/Regen,
⚡ lightning/Blitz, ❄️ snow/Schnee, ⛄ snowman/Schneemann, 🌈 rainbow/Regenbogen, 🌊 wave sea/Welle Meer`

const FOOD = `
🍎 apple/Apfel, 🍌 banana/Banane, 🍓 strawberry/Erdbeere, 🍒 cherries/Kirschen, 🍇 grapes/Trauben, 🍉 melon/Melone, 🍋 lemon/Zitrone, 🍑 peach/Pfirsich,
🥑 avocado/Avocado, 🍅 tomato/Tomate, 🥕 carrot/Karotte, 🥔 potato/Kartoffel, 🍄 mushroom/Pilz, 🍞 bread/Brot, 🥐 croissant/Croissant, 🥨 pretzel/Brezel,
🧀 cheese/Käse, 🥚 egg/Ei, 🍔 burger/Burger, 🍟 fries/Pommes, 🍕 pizza/Pizza, 🌮 taco/Taco, 🍝 spaghetti pasta/Nudeln, 🍜 noodles soup/Nudelsuppe,
🍣 sushi/Sushi, 🍦 ice cream/Eis, 🍩 donut/Krapfen, 🍪 cookie/Keks, 🎂 birthday cake/Geburtstagskuchen, 🍰 cake/Torte, 🍫 chocolate/Schokolade,
🍿 popcorn/Popcorn, ☕ coffee/Kaffee, 🍵 tea/Tee, 🍺 beer/Bier, 🍻 cheers/prost, 🍷 wine/Wein, 🥂 clink champagne/anstoßen Sekt, 🍸 cocktail/Cocktail`

const THINGS = `
🎉 party tada/Party Konfetti, 🎊 confetti/Konfetti, 🎈 balloon/Ballon, 🎁 gift present/Geschenk, 🏆 trophy win/Pokal Sieg, 🥇 gold medal first/Goldmedaille,
⚽ football soccer/Fußball, 🏀 basketball/Basketball, 🎾 tennis/Tennis, 🎯 target bullseye/Ziel, 🎮 game/Spiel, 🎲 dice/Würfel, 🧩 puzzle/Puzzle,
♟️ chess/Schach, 🎵 music note/Musik Note, 🎸 guitar/Gitarre, 🎹 piano/Klavier, 🎤 microphone sing/Mikrofon singen, 🎧 headphones/Kopfhörer, 🎬 film/Film,
🎨 art/Kunst, 📷 camera/Kamera, 📺 television/Fernseher, 💻 laptop/Laptop, ⌨️ keyboard/Tastatur, 📱 phone/Handy, ☎️ telephone/Telefon, 🔋 battery/Batterie,
💡 idea bulb/Idee Lampe, 🔍 search/Suche, 🔒 locked/Schloss zu, 🔓 unlocked/Schloss offen, 🔑 key/Schlüssel, 🔨 hammer/Hammer, 🔧 wrench/Schraubenschlüssel,
⚙️ gear/Zahnrad, 🧪 test tube/Reagenzglas, 🔗 link/Link, 📎 paperclip/Büroklammer, ✂️ scissors/Schere, 📌 pin/Stecknadel, 📝 note memo/Notiz, 📖 book/Buch,
📚 books/Bücher, 📅 calendar/Kalender, 📈 rising chart/steigend, 📉 falling chart/fallend, 📊 chart/Diagramm, 📁 folder/Ordner, 📦 package/Paket, 📧 mail/E-Mail,
⏰ alarm clock/Wecker, ⏳ hourglass waiting/Sanduhr warten, 💰 money/Geld, 💎 gem/Edelstein, 💊 pill/Tablette, 🧹 broom/Besen, 🛒 shopping/Einkauf, 🏠 house home/Haus,
🏢 office/Büro, 🏖️ beach holiday/Strand Urlaub, 🏔️ mountain/Berg, 🚗 car/Auto, 🚕 taxi/Taxi, 🚌 bus/Bus, 🚆 train/Zug, 🚲 bicycle/Fahrrad, ✈️ plane/Flugzeug,
🚀 rocket launch ship/Rakete, ⛵ sailing boat/Segelboot, 🚦 traffic light/Ampel, 🏁 finish/Ziel, 🏳️‍🌈 pride/Regenbogenflagge`

const GROUPS = [PEOPLE, HANDS, HEARTS, NATURE, FOOD, THINGS]

export interface Emoji {
  emoji: string
  en: string
  de: string
}

const entry = (text: string): Emoji => {
  const [, emoji = '', en = '', de = ''] = /^(\S+) ([^/]+)\/(.+)$/.exec(text) ?? []
  return { emoji, en, de }
}

export const EMOJI: readonly Emoji[] = GROUPS.flatMap((group) => group.trim().split(/,\s+/).map(entry))
