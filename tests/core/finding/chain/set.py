#!/usr/bin/env python3
"""A made set of mails with a planted chain, as JSON on standard output: the records, and which (who, pivot) are true.
Everything in it is invented. Mails that are true of nothing are the larger part: what must not be proposed."""
import json

OWN = "minato-ken.example"
parties, mails, leads, planted = [], [], [], []


def party(name, kind="organisation", **more):
    parties.append({"kind": "party", "label": f"R1-P{len(parties) + 1}", "name": name, "type": kind, **more})
    return parties[-1]["label"]


def mail(**fields):
    fields.setdefault("to", f"staff{len(mails) % 7}@{OWN}")
    fields.setdefault("subject", "ご連絡")
    mails.append({"kind": "mail", "label": f"R1-L{len(mails) + 1}", "when": "2014-10-%02d" % (len(mails) % 28 + 1), **fields})
    return mails[-1]["label"]


def true(who, pivot):
    planted.append([who, pivot])


# ---- organisations: 42 on record, 12 and more that are not
own = party("独立行政法人みなと研究機構", domains=OWN, roles=["victim"], names="みなと研究機構;MINATO-KEN")
kusari = party("一般社団法人鎖業界協会", domains="kusari.example")
aoba = party("青葉工業株式会社", domains="aoba-kogyo.example")
gaiseiken = party("公益財団法人外務政策研究所", domains="gaiseiken.example", names="外政研")
hokushin = party("株式会社北辰電機", domains="hokushin.example")
hayabusa = party("Hayabusa Systems Inc.", domains="hayabusa.example")
sakuraoka = party("学校法人桜丘学園", domains="sakuraoka.example")
shinonome = party("国立大学法人東雲大学", domains="shinonome.example")
miyabi = party("株式会社みやびホールディングス")
tsukuyomi = party("月読商会合同会社", domains="tsukuyomi.example")
souten = party("蒼天重工株式会社")
aozora = party("アオゾラ通商株式会社")
hibari = party("株式会社雲雀書房", domains="hibari.example")
kagami = party("鏡山市役所", domains="city.kagamiyama.lg.jp")
tobari = party("医療法人帳病院", domains="tobari.example")
mizuchi = party("公益社団法人水環境保全会", domains="mizu.example")
nagi = party("凪海運株式会社", domains="nagi.example")
karasu = party("烏丸証券株式会社", domains="karasuma.example")
hotaru = party("株式会社蛍光社", domains="hotaru.example")
kirin = party("麒麟地図株式会社")
yorii = party("葦原町役場", domains="town.ashihara.saitama.lg.jp")
subaru = party("昴天文財団", domains="subaru-f.example")
tsuru = party("鶴見造機株式会社", domains="tsurumi-zoki.example")
kamome = party("かもめ物流株式会社", domains="kamome.example")
fuji = party("藤棚印刷株式会社", domains="fujidana.example")
ran = party("蘭学資料館", domains="ran.example", damaged="yes")
umi = party("海鳴放送株式会社")
iwa = party("巌流測量株式会社")
kiri = party("株式会社霧島ソフトウェア", domains="kirishima-soft.example", names="霧島ソフト")
tsubame = party("一般財団法人つばめ育英会", domains="tsubame-ikueikai.example")
nanohana = party("生活協同組合菜の花", domains="nanohana-coop.example")
shiki = party("特定非営利活動法人四季の森", domains="shiki.example")
asagiri = party("国立研究開発法人朝霧海洋研究センター", domains="asagiri.example", names="朝霧研")
yukari = party("社会福祉法人ゆかり会", domains="yukari-kai.example")
takumi = party("有限会社匠木工所", domains="takumi.example")
akatsuki = party("暁化学工業株式会社", domains="akatsuki-chem.example")
akatsuki_d = party("暁化学株式会社", domains="akatsukikagaku.example")  # one name is the beginning of the other
minori = party("みのり銀行", domains="minori-bank.example")
sora = party("Sora Logistics Co., Ltd.", domains="sora-logi.example")
kaede = party("楓法律事務所", domains="kaede-law.example")
vendor = party("株式会社盾セキュリティ", domains="tate.example", roles=["security_vendor"])
police = party("青嵐県警察本部", roles=["police"])
party("青葉", names="")  # two characters: only beside its legal form
sato = party("佐藤一郎", "person", parent=hokushin)
free = party("森川花子", "person", parent=kirin, mail="hanako.m@gmail.com")
party("総務部", "unit", parent=own)

assets = [{"kind": "asset", "label": "R1-A1", "status": "infected", "first_compromised": "2014-06-02", "isolation_done": "2014-12-20"},
          {"kind": "asset", "label": "R1-A2", "status": "unchecked"}]

# ---- the chain
mail(**{"from": "一般社団法人 鎖業界協会 事務局"}, from_addr="kusari.office@gmail.com", body="みなと研究機構\n担当者各位\n\n会費のご案内を添付します。\n")
true(kusari, "spoofed_sender")
mail(**{"from": "山田"}, from_addr="yamada_aoba@yahoo.co.jp", body="お世話になっております。\n見積書を送ります。\nご確認ください。\n\n----------\n㈱青葉工業\n営業部 山田\n")
true(aoba, "spoofed_sender")
mail(**{"from": "外政研 研究部"}, from_addr="info@gaiseiken.example", authentication="spf=fail; dmarc=fail", body="研究会の資料です。\n")
true(gaiseiken, "spoofed_sender")
mail(**{"from": "佐藤　一郎"}, from_addr="satoichi77@outlook.jp", body="先日の件、資料をお送りします。\n")
true(hokushin, "spoofed_sender")
mail(**{"from": "白波 調査係"}, from_addr="shiranami.r@mail.ru", body="調査へのご協力をお願いいたします。\n\n=====\n合同会社白波リサーチ\nresearch@shiranami.example\n")
true("shiranami.example", "spoofed_sender")
mail(**{"from": "HAYABUSA SYSTEMS"}, from_addr="support@hayabusa-sys.test", body="Please see the attached invoice.\n")
true(hayabusa, "spoofed_sender")
mail(**{"from": "みなと研究機構 情報システム課"}, from_addr="minato.admin@hotmail.co.jp", body="メールボックスの容量について\n")
true(own, "spoofed_sender")
mail(**{"from": "桜丘學園 広報"}, from_addr="sakuraoka@excite.co.jp", reply_to="x@gmail.com", body="学園祭のご案内です。\n")
true(sakuraoka, "spoofed_sender")

mail(**{"from": "みのり銀行 お客様相談室"}, from_addr="support@minori-bank.test", authentication="spf=softfail", body="お取引の確認をお願いいたします。\n")
true(minori, "spoofed_sender")
mail(**{"from": "経理"}, from_addr="keiri77@gmail.com", body="請求書を送ります。\n\n---------\n霧島ソフト 経理部\nkeiri@kirishima-soft.example\n")
true(kiri, "spoofed_sender")

mail(subject="東雲大学シンポジウムについて", **{"from": "研究者"}, from_addr="a1@nowhere.test", body="東雲大学で開かれるシンポジウムの資料を添付します。\n")
true(shinonome, "topic")
mail(from_addr="a2@nowhere.test", body="(株)みやびホールディングスの決算資料が公開されました。\n")
true(miyabi, "topic")
mail(subject="(一財)海洋資源財団の報告", from_addr="a3@nowhere.test", body="一般財団法人海洋資源財団の報告書をご覧ください。\n")
true("一般財団法人海洋資源財団", "topic")
mail(from_addr="a4@nowhere.test", topic=[tsukuyomi], body="別添のとおりです。\n")
true(tsukuyomi, "topic")
mail(from_addr="a5@nowhere.test", attachment_names="蒼天重工_見積依頼.zip", body="ご査収ください。\n")
true(souten, "topic")
mail(from_addr="a6@nowhere.test", body="ｱｵｿﾞﾗ通商との契約の件で確認があります。\n")
true(aozora, "topic")
mail(from_addr="a8@nowhere.test", body="暁化学工業の操業停止に関する報道がありました。\n")
true(akatsuki, "topic")
mail(from_addr="a9@nowhere.test", subject="Sora Logistics schedule", body="The schedule of Sora Logistics is attached.\n")
true(sora, "topic")
mail(from_addr="a10@nowhere.test", body="朝霧研の公募要領を送ります。\n")
true(asagiri, "topic")
mail(from_addr="a7@nowhere.test", body="株式会社夕凪精機の新製品について。\n")
true("株式会社夕凪精機", "topic")  # named once, in the text only, and not on record: 35 points

g = mail(purpose="genuine", from_addr=f"kaihi@kusari.example", to=f"staff1@{OWN}", subject="会費規程の改定", message_id="<g1@kusari.example>", body="会費規程を改定しました。\n")
mail(from_addr="b1@gmail.com", in_reply_to="<g1@kusari.example>", subject="Re: 会費規程の改定", body="訂正版です。\n")
true(kusari, "original")
true(own, "original")
mail(purpose="genuine", from_addr="edit@hibari.example", to=f"staff2@{OWN}", subject="原稿の送付", attachment_names="原稿一覧.xlsx", body="原稿をお送りします。\n")
mail(from_addr="b2@nowhere.test", subject="【再送】原稿", attachment_names="原稿一覧_修正版(1).xls.exe", body="差し替えです。\n")
mail(from_addr="b3@nowhere.test", subject="FW: 原稿の送付", attachment_names="原稿一覧 第2版.zip", body="差し替えです。\n")
true(hibari, "original")
mail(purpose="genuine", from_addr="kikaku@city.kagamiyama.lg.jp", to=f"staff3@{OWN}", subject="防災訓練", message_id="<g3@kagamiyama>", body="防災訓練の日程です。\n")
mail(from_addr="b4@nowhere.test", references="<zzz@other> <g3@kagamiyama>", body="日程の変更です。\n")
true(kagami, "original")
lines = "平素より当院の運営にご理解とご協力を賜り厚く御礼申し上げます。\n来月の合同症例検討会の座長を先生にお願いしたく存じます。\n会場は本館三階の第二会議室を予定しております。\n"
mail(purpose="genuine", from_addr="ijika@tobari.example", to=f"staff4@{OWN}", subject="症例検討会のお願い", body=lines)
mail(from_addr="b5@nowhere.test", subject="Re: 症例検討会のお願い", body="ご返信ありがとうございます。\n\n" + "".join("> " + x + "\n" for x in lines.split("\n")))
true(tobari, "original")
mail(from_addr="b6@nowhere.test", known_only_to=[mizuchi], body="内部資料です。\n")
true(mizuchi, "original")
g = mail(purpose="genuine", from_addr=f"staff5@{OWN}", to="soumu@nagi.example", cc="jimu@tsubaki.example", subject="配船表", body="配船表です。\n")
mail(from_addr="b7@nowhere.test", original=g, body="配船表の更新です。\n")
true(nagi, "original")
true("tsubaki.example", "original")

mail(from_addr="c1@nowhere.test", to=f"staff0@{OWN}, Kabu <kabu@karasuma.example>", body="ご案内です。\n")
true(karasu, "recipients")
mail(from_addr="c2@nowhere.test", cc="editor@mail.hotaru.example", body="ご案内です。\n")
true(hotaru, "recipients")
mail(from_addr="c3@nowhere.test", to=f"staff0@{OWN}; desk@sazanami.example", body="ご案内です。\n")
true("sazanami.example", "recipients")
mail(from_addr="c4@nowhere.test", cc="Hanako <hanako.m@gmail.com>", body="ご案内です。\n")
true(kirin, "recipients")
mail(from_addr="c5@nowhere.test", cc="soumu@town.ashihara.saitama.lg.jp", body="ご案内です。\n")
true(yorii, "recipients")
mail(from_addr="c7@nowhere.test", to=f"staff0@{OWN}", cc="jimu@tsubame-ikueikai.example, info@www.nanohana-coop.example", body="ご案内です。\n")
true(tsubame, "recipients")
true(nanohana, "recipients")
mail(from_addr="c6@nowhere.test", recipients=[subaru], body="ご案内です。\n")
true(subaru, "recipients")

mail(subject="重要なお知らせ2014", from_addr=f"staff6@{OWN}", to="eigyo@tsurumi-zoki.example", sent_from=["R1-A1"], when="2014-08-09", body="ご確認を。\n")
true(tsuru, "outbound")
mail(from_addr=f"staff6@{OWN}", to="info@kagerou.example", sent_from=["R1-A1"], when="", body="ご確認を。\n")
true("kagerou.example", "outbound")
mail(subject="重要なお知らせ2015", purpose="payload", from_addr="d0@nowhere.test", body="ご確認を。\n")
mail(subject="重要なお知らせ2015", from_addr=f"staff6@{OWN}", to="haisha@kamome.example", sent_from=["R1-A1"], when="2014-09-01", body="ご確認を。\n")
true(kamome, "outbound")
mail(from_addr=f"staff6@{OWN}", to="x@late.example", sent_from=["R1-A1"], when="2015-03-01")  # after the isolation
mail(from_addr=f"staff6@{OWN}", to="x@clean.example", sent_from=["R1-A2"], when="2014-09-01")  # not an infected machine

mail(**{"from": "藤棚印刷"}, from_addr="print@fujidana.example", authentication="spf=pass dkim=pass dmarc=pass", body="校正紙を添付します。\n")
true(fuji, "similar")
true(ran, "similar")
leads.append({"kind": "lead", "label": "R1-O1", "title": "なりすましメールに関する注意", "names": [umi]})
true(umi, "lead")
leads.append({"kind": "lead", "label": "R1-O2", "title": "巌流測量を騙るメールが観測された", "summary": "件名は測量成果。"})
true(iwa, "lead")

# ---- what is true of nothing
near = [
    "一般社団法人青葉工業の総会がありました。",  # the same core, another legal form
    "株式会社鎖業界協会という会社とは関係ありません。",
    "地方独立行政法人みなと病院機構の記事です。",
    "一般社団法人四季の森の展示会です。", "医療法人ゆかり会の講演。", "匠木工所前の交差点で事故。", "楓法律事務所棟の工事。", "みのり銀行員を名乗る詐欺に注意。",
    "青葉工業団地の清掃があります。", "新青葉工業の話ではありません。", "青葉台病院前のバス停です。", "青葉が美しい季節です。",
    "東雲大学前駅で待ち合わせです。", "蛍光社会の話。", "帳病院長会の話。", "アオゾラ通商店街の催し。", "北辰電機通信という雑誌。",
    "株式会社総務部御中", "当社は株式会社です。", "独立行政法人の見直しについて。", "弊社営業部と開発部の会議。",
    "盾セキュリティからの連絡を待ってください。", "青嵐県警察本部に相談しました。", "みなと研究機構の皆様へ。",
    "青葉工業株式会社 御中\n\nお世話になります。", "鎖業界協会 各位\n\n総会の件。", "Incorporated in Delaware, limited liability.",
    "corporate mail to kusari.example was lost", "The hayabusa systemsx are old.", "情報システム課からのお願い。",
]
for text in near:
    mail(from_addr=f"n{len(mails)}@nowhere.test", body=text + "\n")
spam = ["在庫処分のご案内", "当選のお知らせ", "アカウントの確認", "請求書の件", "荷物の配達", "口座の凍結", "セミナーのご案内", "再配達のご依頼"]
domains = ["gmail.com", "163.com", "nowhere.test", "spam.test", "mail.ru", "bulk.test"]
for i in range(86):
    mail(subject=spam[i % 8] + str(i), **{"from": ["サポート", "担当", "事務局", "Customer Service", "経理部"][i % 5]}, from_addr=f"s{i}@{domains[i % 6]}",
         attachment_names=["invoice.zip", "資料.doc", "", "scan001.pdf"][i % 4], urls="http://x.test/%d" % i,
         cc=["", "", "list@gmail.com", "drop@dropbox.com"][i % 4],
         body="いつもお世話になっております。\n詳細は添付をご確認ください。\nよろしくお願いいたします。\n" + ["", "営業部\n", "総務部 人事課\n"][i % 3])
for i in range(8):
    mail(purpose="genuine", from_addr=f"info@quiet{i}.example", to=f"staff1@{OWN}", cc=f"x@silent{i}.example", subject=f"定例連絡{i}", body="いつもお世話になっております。\n")
# a company that nobody asked about, from free mail: it names itself, so it is proposed
mail(**{"from": "株式会社得々通販"}, from_addr="toku@gmail.com", subject="特価のご案内", body="お買い得です。\n")

print(json.dumps({"case": {"kind": "case", "label": "case", "party": own}, "parties": parties, "mails": mails, "leads": leads, "assets": assets,
                  "planted": planted}, ensure_ascii=False))
