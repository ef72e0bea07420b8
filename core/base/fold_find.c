/*
 * Spellings that a search takes for one: old and new forms of Han characters, the two kana, long marks, accents.
 *
 * Sources of the table: the forms in brackets of the jōyō kanji table (Cabinet notice 2 of 2010), the jinmeiyō table
 * (Enforcement Regulations of the Family Register Act), the hyōgai kanji table (2000), the related characters of
 * JIS X 0212 and JIS X 0213 that have one partner in JIS X 0208, the compatibility characters that Unicode unified
 * (U+FA0E to U+FA29), and forms that are common in family names. Compatibility ideographs are folded by NFKC before.
 */
#include "base/fold.h"

#include <pthread.h>
#include <stdlib.h>
#include <utf8proc.h>

/* One class a word; the first of it stands for all. */
static const char *const classes[] = {
    "万萬 丈𠀋 三弎 上丄 下丅 与與 丑丒 丘坵 両兩两 並竝傡 乗乘椉 乱亂 乾乹 亀龜 予豫 争爭 亘亙 亜亞 亟焏 亡兦",
    "享亯 仏佛 仮假 伐傠牫 会會 伝傳 似佀 低仾 体體 余餘 併倂 侠俠 価價 侭儘 侯矦 俔悓 信訫 俣㑨 修俢 倏倐 倶俱",
    "倹儉 健徤 偬傯 偽僞 傘仐 備僃 傚俲 僊僲 儔俦 儕㑪 光灮炗 兌兊 児兒 党黨 兜兠 其丌 冀兾 冂冋 内內 円圓 冉冄",
    "冊册 冏囧 写寫 冴冱 凜凛 凡凢 処處 刀刅 刃刄 剃鬀 剣劍劔劒剱 剤劑 剥剝 剰剩 創戧 劉刘 功㓛 努伮 励勵 労勞",
    "効效 勅敕 勇勈 勢㔟 勧勸 勲勳勛 匆匇 匠匞 匡匩 匯滙 区區 医醫 卉芔 卓桌 単單嘽 即皍卽 却卻 厂厈 厖庬 厚垕",
    "原厡 厳嚴 去厺 参參叅 双雙 収收 叙敍 叢樷藂 台臺坮䑓 号號 吉𠮷 吽呍 呉吴吳 告吿 呑吞 和龢咊 咤咜 咼喎 咽胭",
    "哲啠喆嚞 唖啞瘂 唱誯 啀嘊 啓諬 啗噉 喊趯 喜㐂 喫噄 営營 嗅齅 嗜呩 嗹謰 嘔呕 嘘噓 嘯嘨 嘱囑 噛嚙齩 嚢囊 四亖",
    "因囙 団團 囲圍 図圖 国國圀囶 圃圑 圏圈 園薗 土圡 圧壓 坤堃 垓畡 堕墮 堤埞 塁壘畾 塊凷 塑塐 塔墖 塩鹽 填塡",
    "塹壍 増增 壊壞 壌壤 壟壠 壮壯 声聲 壱壹 売賣 壷壺 変變 夏夓 夬叏 奈柰 奥奧嶴 奨奬 妊姙 妍姸 妙玅 妛媸 妝娤",
    "妬妒 姆娒 姉姊 始乨兘 姦姧 姪妷 姫姬 姻婣 娯娛 婁娄 嫋嬝 嫦姮 嫩嫰 嬢孃 学學 守垨 宜冝宐 宝寶 実實 富冨",
    "寓庽 寛寬 寝寢 寧寍 審宷 対對 寿壽 専專 将將 尉叞 尚尙 尠尟 尢尣 尭堯 尻㞍 尽盡 居凥 届屆 屏屛 属屬 屡屢",
    "岳嶽 岸㟁 峡峽 峰峯 島嶋嶌嶹㠀 崎碕嵜﨑 崑崐 崖厓 嵒碞 嶇岴 嶢嶤 巌巖巗 巣巢 巷衖 巻卷 帆㠶 帑伖 帯帶 帰歸",
    "帳賬 帽冃 幇帮幫 幌縨 幟旘 年秊 并幷 幹榦 幺么 庁廳 広廣 床牀 廃廢 廛鄽 廟庿 廻𢌞廽 弁辨瓣辯辧辮辦 弄挊挵",
    "弐貳 弥彌 強强 弼弻 弾彈 彎弯 彑彐 当當 彗篲 彦彥 征徰 径徑 徇狥 很佷 徊佪 従從 徭傜 徳德 徴徵 心忄 忙恾",
    "応應 怖悑 思恖 怱忩悤 恋戀 恒恆 恪愙 恵惠 悋恡 悍猂 悖愂 悟忢 悦恱悅 悩惱 悪惡 惨慘 愡憁 愧媿聭 慎愼 憑慿",
    "憔嫶癄 憖憗 憙憘 憚惮 懐懷褱 懦懧 戦戰 戮剹 戯戲 戸戶 戻戾 扎揠 払拂 抜拔 択擇 担擔 拘抅 拝拜 拠據 拡擴挄",
    "挙擧 挟挾 挿插揷 捜搜 掃埽 接擑 掬匊 掲揭 掴摑 掻搔 揺搖 携擕 摂攝 摩擵 撃擊 撈𢭐 撹攪捁 操撡 擽攊 攅攢",
    "攫爴 攬擥 敏勄 敗贁 教敎 敞僘 数數 敷旉 斉齊亝斊 斎齋 斟酙 断斷 旒旈 旧舊 旨㫖 旺暀 昇曻 昊昦 明朙 昏昬",
    "星皨 春旾 是昰 昼晝 時旹 晃晄 晋晉 晒曬 晟晠 晢晣 晤旿 晨曟 晩晚 普暜 晰晳 晴暒 暁曉 暦厯曆 曦㬢 曹曺 曽曾",
    "最冣 朮秫 杉杦檆 条條 来來 杯盃 松枩柗梥 枢樞 柩匛 柳桺栁 柵栅 柿柹 栄榮荣 桑桒 桜櫻 桝枡 桟棧 档檔 桧檜",
    "梁樑 梅楳槑 梨棃 梼檮 椎桘 検檢 椢槶 椹葚 楠枏 楪牃 楫檝 楼樓 楽樂 概槪槩 榜牓 榴橊 槁槀 槊㮶 構构 様樣",
    "槙槇 槞櫳 権權 横橫 橋槗 櫺欞 欄欗 欅﨔 欒圝栾 欠缺缼 欣俽惞 欧歐 欲慾 款欵 歓歡 歟欤 歩步 歯齒 歳亗歲 歴歷",
    "歹歺 歿歾殁 残殘 殴毆 殺煞 殻殼壳 毎每 比夶 毘毗 毟毮 氈毡氊 気氣炁 汎泛 汚汙 汳汴 沈沉 没沒 沢澤 沱沲",
    "法佱灋 泥坭 泯冺 泰夳 洶汹 浄淨 浅淺 浜濱濵 浩澔 涙淚 涛濤 涜瀆 涯漄 涼凉 淬㳃 淳湻 淵渕渊囦 添沗 清淸 渇渴",
    "済濟 渉涉 渋澁 渓溪 減减 温溫 湊凑 湾灣 湿濕 満滿 溌潑 源厵 滔㴞 滝瀧 滞滯 滬簄 滲渗 滸汻 漆桼 漫熳 潅灌",
    "潔洯 潜潛 潸澘 澗㵎 澳澚 濾沪 瀬瀨 瀲澰 火伙 灯燈 災灾烖 炉爐 点點 為爲 烽熢 焔焰燄㷔熖 焚燌燓 焼燒 煙烟",
    "煢焭㷀 照曌瞾 煬烊 煮煑 熙煕 熹熺 燎尞 燐粦 燕鷰 燮爕 燼烬 爛爤 爿丬 犠犧 犢㸿 状狀 独獨 狭狹 猟獵 猩狌",
    "猫貓 献獻 猯貒 猿猨 獣獸 率卛 玳瑇 琴珡琹 瑣琑 瑰瓌 瑶瑤 璽壐 瓶甁 瓷甆 甌瓯 産產 男侽 画畫 略畧 畭畬畲",
    "畳疊 疏䟽 痩瘦 痴癡 痺痹 痾疴 瘤癅 瘻瘺瘘 癰癕臃 発發 登僜 皎晈 皖晥 皚凒 盈盁 盗盜 監譼 県縣 真眞 着著",
    "睚惥 睥睤 瞠瞪 瞰矙 矚瞩 矧矤訠 砒磇 研硏 砕碎 砥厎 砺礪 砿礦 碇椗矴 碗埦 確碻 磁礠 磔厇 礒硪 礼禮 祢禰",
    "祷禱 禄祿 禅禪 秘祕 称稱穪 税稅 稗薭 稲稻 稽𥡴 穀糓 穂穗 穎頴 穏穩 穐秋龝秌 穣穰 穹宆 突宊 窃竊",
    "窓窗囱牎牕窻 窪漥 窮竆 竃竈灶䆴 竜龍龒 筅箲 筆笔 筋觔 筏栰 策笧 箍笟 箪簞 篋匧 篩簁籭 篭籠 簀蔶 簪兂 簾廉",
    "籀籒 籌筹 籏簱 粋粹 粘黏 粛肅 粳秔稉 粽糉 糸絲 紋絞 紘綋 絅綗 絆靽 経經 絛縧 統綂 絵繪 絶絕 継繼 続續賡",
    "綴叕 総總摠緫 緑綠 緒緖 緡緍 縁緣 縄繩 縦縱 繃綳 繊纖 繋繫 繍繡 繭絸蠒 纉纘 纓䋝 纜䌫 缶罐缻 缸瓨 罌甖",
    "网罒罓 罵嗎駡 羌羗 群羣 羨羡 羶羴 翠翆 翻飜 耋耊 耨槈鎒 耽躭 聖垩 聡聰聦 聴聽 職聀軄 肇肈 股脵 肯肎 胄伷",
    "胆膽膻 胚肧 脅脋 脆脃脺 脇䏮 脚踋腳 脛踁 脱脫 脳腦匘 脹痮 脾腗 腆倎 膂膐 膳饍 臀臋 臓臟 臥卧 臭臰 舂㫪 舎舍",
    "舐舓䑛 船舩 艪艣 艱囏 艶艷豓豔 芦蘆 花芲 芸藝秇 苡苢 英偀 茎莖 茘荔 茯絥 茲茊 荊荆 荘莊 荻蔐 莅蒞 莱萊 莽莾",
    "華蕐 菰苽 萌萠 萍蓱 萱蕿藼蘐 萸茰 葬塟 葱蔥 蒋蔣 蓴蒓 蔭䕃 蔵藏匨 蕊蘂 蕭䔥 薊葪 薫蘍薰 薬藥 薮藪籔䉤 薺萕",
    "蘇蘓 虚虗虛 虜擄 虫蟲 蚊蟁蚉 蚋蜹 蚌蜯 蚕蠶蝅蠺 蛇虵 蛍螢 蛎蠣 蛔蚴 蛮蠻 蛯螧 蛾䖸 蜂蠭 蝉蟬 蝋蠟 蝟猬 蝿蠅",
    "螻蝼 蟻螘 蠕蝡 蠡蟸 衆眾 衛衞 袋帒 袴絝 袷裌 装裝 裏裡 裨朇 裴裵 褊惼 褒襃裒 褓緥 襄㐮 襭擷 襴襽 覇霸灞",
    "規䂓 覓覔 視眎 覚覺覐 覧覽 観觀 触觸 訳譯 訶哬 証證 詆呧 詬訽 誉譽 誘唀 説說 読讀 誼竩 諌諫 諠諼 諤讍 謡謠",
    "謫讁 譫噡 譲讓 谺岈 豊豐 豚豘 貂鼦 貝蛽 賎賤 賛贊 賢贒 跡蹟 践踐 蹄蹏 躄躃 躊蹰躕踌 躋隮 躬躳 躯軀 軌䡄",
    "転轉 軽輕 輔俌 輜輺 輩軰 轄鎋 轗輡 轜輀 轤䡎 辞辭辝辤 辺邊邉 返﨤 迥逈 迩邇 迫廹 逓遞 逼偪 遅遲 道噵衜衟",
    "遥遙 遷迁 郎郒郞 部郶 郷鄕 酉丣 酋醔 酔醉 酬酧醻 醇醕 醗醱 醤醬 醸釀 釁衅 釈釋 野埜壄 鉄鐵銕 鉛鈆 鉢缽 鉱鑛",
    "銚鑃 銛銽 銜衘 銭錢 銷焇 鋩釯 鋭銳 鋳鑄 錙鍿 錬鍊 録錄 鍛煅 鍠鑅 鍬鍫 鎌鐮 鎖鏁 鎮鎭 鏡獍 鏥鏽 長兏镸 閏𨳝",
    "間閒 関關 閲閱 閹剦 闃閴 闘鬪鬭鬦 阨阸 陀坨陁 降夅 陜陿 陟徏 陥陷 陦隝隯 陰侌阥隂 険險礆 陽阦阳 階堦 随隨",
    "隕磒 隙隟𨻶 隠隱乚 隲騭 雄䧺 雋隽 雑雜 雕鵰 雛鶵 雷靁 霊靈灵霛 霧雺霚 青靑 静靜 面靣 靭靱 靴鞾 鞋鞵 鞨碟",
    "韈韤 韜轁鞱 韮韭 響响 頚頸 頤頥 頬頰 頼賴 顔顏 顕顯 顛顚 顱髗鸕 風凮飌 飆颮颷飈飇 餅餠 餉鑜饟 養羪 餐飡",
    "餒餧餵 餞䬻 館舘 駅驛 駆駈驅敺 駝駞 騒騷 験驗騐 騨驒 驢馿 驥蘎 髄髓 高髙 髪髮 髭頾 髯髥 鬢髩鬂 鬣鬛 鬮䦰䰗",
    "魎蜽 鯛鮉 鯵鰺 鰈鰨 鰤魳 鰥鱞 鱶鮝鯗 鱸魲 鴎鷗 鴬鶯 鶏鷄雞 鶤鵾 鶴靎靏鸖 鷺鴼 鸛雚 鹸鹼碱 鹹醎 麦麥 麹麴",
    "麺麵 麻蔴 麼麽 黄黃 黒黑 黙默 鼈鱉龞 鼎鼑 鼠鼡 齎賷 齔齓 齢齡 齪齱 齶腭",
};

#define MOST 1200 /* of the characters that stand for another */

struct variant {
	int32_t from;
	int32_t to;
};

static struct variant variants[MOST];
static size_t variant_count;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int compare_variants(const void *a, const void *b)
{
	const struct variant *x = a;
	const struct variant *y = b;
	return (x->from > y->from) - (x->from < y->from);
}

static void read_line(const utf8proc_uint8_t *p)
{
	int32_t first = 0;
	while (*p) {
		int32_t point;
		utf8proc_ssize_t used = utf8proc_iterate(p, -1, &point);
		p += used > 0 ? used : 1;
		if (point == ' ')
			first = 0;
		else if (!first)
			first = point;
		else if (variant_count < MOST)
			variants[variant_count++] = (struct variant){point, first};
	}
}

static void read_classes(void)
{
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		read_line((const utf8proc_uint8_t *)classes[i]);
	qsort(variants, variant_count, sizeof *variants, compare_variants);
}

static int32_t han(int32_t point)
{
	struct variant wanted = {point, 0};
	pthread_once(&once, read_classes);
	const struct variant *found = bsearch(&wanted, variants, variant_count, sizeof *variants, compare_variants);
	return found ? found->to : point;
}

/* Letters whose stroke is no mark that decomposes. */
static int32_t without_stroke(int32_t point)
{
	static const struct variant letters[] = {{0xF8, 'o'},  {0x111, 'd'}, {0x127, 'h'}, {0x131, 'i'},
	                                         {0x142, 'l'}, {0x167, 't'}, {0x180, 'b'}, {0x1E5, 'g'}};
	for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
		if (letters[i].from == point)
			return letters[i].to;
	return point;
}

/* A letter of Latin, Greek or Cyrillic without its accents. */
static int32_t without_accents(int32_t point)
{
	utf8proc_int32_t parts[8];
	int last = UTF8PROC_BOUNDCLASS_START;
	utf8proc_ssize_t n = utf8proc_decompose_char(point, parts, 8, UTF8PROC_DECOMPOSE, &last);
	return without_stroke(n > 0 && n <= 8 && parts[0] < 0x530 ? parts[0] : point);
}

/* What stands for the folded character in a search; 0: nothing. */
static int32_t find_point(int32_t point)
{
	if (point < 0x80)
		return point;
	if (point < 0x530 || (point >= 0x1E00 && point <= 0x1FFF)) /* a mark alone adds nothing to what it is over */
		return point >= 0x300 && point <= 0x36F ? 0 : without_accents(point);
	if (point == 0x30FC) /* サーバー, サーバ */
		return 0;
	if ((point >= 0x3041 && point <= 0x3096) || point == 0x309D || point == 0x309E)
		point += 0x60;
	if (point == 0x30F5 || point == 0x30F6) /* ヵ月, ヶ月 */
		return point == 0x30F5 ? 0x30AB : 0x30B1;
	return point >= 0x3400 ? han(point) : point;
}

void fold_for_find(struct fold *fold)
{
	int kept = 0;
	for (int i = 0; i < fold->count; i++) {
		int32_t point = find_point(fold->points[i]);
		if (point)
			fold->points[kept++] = point;
	}
	fold->count = kept;
}
