/**
 * Ends of host names that phones make a link of without `http://` before them. A snapshot, not the register:
 * ends that are missing here are found with a scheme, with `www.`, and when a filter's own list names them.
 */

// ISO 3166 codes in the DNS.
const countries =
  'ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt ' +
  'bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er ' +
  'es et eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ' +
  'ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk ' +
  'lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ' +
  'ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc ' +
  'sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt ' +
  'tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw';

const generic =
  'com net org info biz name pro edu gov int mil arpa aero asia cat coop jobs mobi museum post tel ' +
  'travel xxx abogado academy accountant accountants actor ads adult africa agency airforce ' +
  'amsterdam android apartments app apple arab archi army art arte associates attorney auction audi ' +
  'audio auto autos baby band bank bar barcelona bargains baseball basketball bayern bbc beauty beer ' +
  'berlin best bet bible bid bike bingo bio black blackfriday blog bloomberg blue bmw boats bond boo ' +
  'book booking bot boutique box broadway broker brother brussels build builders business buy buzz ' +
  'bzh cab cafe call cam camera camp canon capetown capital car cards care career careers cars casa ' +
  'case cash casino catering catholic center ceo cfd channel charity chat cheap christmas chrome ' +
  'church circle city claims cleaning click clinic clothing cloud club coach codes coffee college ' +
  'cologne community company compare computer condos construction consulting contact contractors ' +
  'cooking cool country coupon coupons courses cpa credit creditcard creditunion cricket cruise ' +
  'cruises cymru dad dance data date dating day deal dealer deals degree delivery democrat dental ' +
  'dentist desi design dev diamonds diet digital direct directory discount discover diy docs doctor ' +
  'dog domains dot download drive dubai durban earth eat eco education email energy engineer ' +
  'engineering enterprises equipment esq estate eus events exchange expert exposed express fail ' +
  'faith family fan fans farm fashion fast feedback film final finance financial fish fishing fit ' +
  'fitness flights florist flowers fly foo food football forex forsale forum foundation free frl fun ' +
  'fund furniture futbol fyi gal gallery game games garden gay gent gift gifts gives giving glass ' +
  'global gmail gmbh gold golf goog google gop graphics gratis green gripe grocery group guide ' +
  'guitars guru hair hamburg haus health healthcare help helsinki here hiphop hiv hockey holdings ' +
  'holiday homes horse hospital host hosting hot hotel hotels hotmail house how hsbc ice icu immo ' +
  'immobilien inc industries ing ink institute insurance insure international investments irish ist ' +
  'istanbul jetzt jewelry joburg jot joy juegos kaufen kids kim kitchen kiwi koeln kpmg krd kred ' +
  'kyoto land latino law lawyer lease legal lgbt life lifeinsurance lifestyle lighting like limited ' +
  'limo link live living llc llp loan loans locker lol london lotto love ltd ltda lundbeck luxe ' +
  'luxury madrid maison makeup management mango market marketing markets mba med media meet ' +
  'melbourne meme memorial men menu miami microsoft mini mint mls moda moe moi mom monash money ' +
  'monster mormon mortgage moscow moto motorcycles mov movie music nagoya navy network neustar new ' +
  'news nexus ngo ninja nokia now nowruz nrw nyc observer office okinawa one ong onl online ooo open ' +
  'oracle organic origins osaka ovh page paris pars partners parts party pay pet pharmacy phd phone ' +
  'photo photography photos physio pics pictures pid pin pink pizza place play plumbing plus poker ' +
  'porn press prime prod productions prof promo properties property protection pub qpon quebec quest ' +
  'racing radio read realestate realtor realty recipes red rehab reise reisen reit ren rent rentals ' +
  'repair report republican rest restaurant review reviews rich rio rip rocks rodeo room rsvp rugby ' +
  'ruhr run ryukyu saarland safe safety sale salon samsung sap sarl sas save sbi sbs scholarships ' +
  'school schule science scot search seat secure security services sex sexy shia shiksha shoes shop ' +
  'shopping show singles site ski skin sky skype soccer social software solar solutions song sony ' +
  'soy spa space sport spot srl star stockholm storage store stream studio study style sucks ' +
  'supplies supply support surf surgery swiss sydney systems taipei talk tattoo tax taxi team tech ' +
  'technology tennis theater theatre tickets tienda tips tires tirol today tokyo tools top tours ' +
  'town toys trade trading training tube tui university uno vacations vana vegas ventures ' +
  'versicherung vet viajes video villas vin vip vision vivo vlaanderen vodka vote voting voto voyage ' +
  'wales wang watch watches weather webcam website wed wedding whoswho wien wiki win wine winners ' +
  'work works world wow wtf xbox xin xyz yachts yahoo yandex yoga yokohama you youtube yun zara zero ' +
  'zip zone zuerich zulu';

// As RFC 5892 writes them: composed, small letters.
const international =
  'рф рус москва дети онлайн сайт орг ком католик бел бг ею мкд мон срб укр қаз ευ ελ გე հայ ישראל ' +
  'קום السعودية امارات الاردن الجزائر البحرين المغرب الیمن بارت بازار بھارت بيتك پاکستان پاكستان ' +
  'ایران ايران تونس سودان سورية سوريا شبكة عراق عرب عمان فلسطين قطر كاثوليك كوم مصر مليسيا موريتانيا ' +
  'موقع همراه ڀارت ابوظبي اتصالات ارامكو العليان कॉम नेट भारत भारतम् भारोत संगठन ভারত ভাৰত বাংলা ' +
  'ਭਾਰਤ ભારત ଭାରତ இந்தியா இலங்கை சிங்கப்பூர் భారత్ ಭಾರತ ഭാരതം ලංකා ไทย คอม ລາວ 한국 닷넷 닷컴 삼성 みんな アマゾン ' +
  'クラウド グーグル コム ストア セール ファッション ポイント 中国 中國 中信 中文网 亚马逊 企业 佛山 信息 健康 八卦 公司 公益 台湾 台灣 商城 商店 商标 嘉里 嘉里大酒店 在线 ' +
  '大拿 天主教 娱乐 家電 广东 微博 慈善 我爱你 手机 招聘 政务 政府 新加坡 新闻 时尚 書籍 机构 淡马锡 游戏 澳門 点看 移动 组织机构 网址 网店 网站 网络 联通 臺灣 谷歌 ' +
  '购物 通販 集团 電訊盈科 飞利浦 食品 餐厅 香格里拉 香港';

/** Known ends, small letters, in their own script (NFKC). Ends in punycode are known by their `xn--`. */
export const knownTlds: ReadonlySet<string> = new Set(
  `${countries} ${generic} ${international}`.split(' ').map((end) => end.normalize('NFKC').toLowerCase()),
);
