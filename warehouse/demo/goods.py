"""What the demo shop sells: some four hundred SKUs with names, colours, sizes and own EANs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from warehouse.catalog.commands.skus import PackCode, SkuFacts
from warehouse.catalog.rules import ean_check_digit

# Numbers that begin with 20 and 29 are for use inside a shop: they belong to nobody.
PIECE_PREFIX = "20"
PACK_PREFIX = "29"

COLOURS = {
    "BK": ("黑色", "#26262b"),
    "WH": ("白色", "#f4f3ee"),
    "GY": ("浅灰", "#a9adb3"),
    "NV": ("藏青", "#22345c"),
    "RD": ("酒红", "#9c2233"),
    "BL": ("天蓝", "#4f9bd9"),
    "GN": ("墨绿", "#2f6650"),
    "YL": ("姜黄", "#dda52a"),
    "PK": ("樱粉", "#f2a7b8"),
    "PP": ("香芋紫", "#8d79b8"),
    "BG": ("燕麦色", "#d9c8a9"),
    "BR": ("咖色", "#7a5138"),
    "OR": ("橘色", "#e4772e"),
}


@dataclass(frozen=True, kw_only=True)
class Product:
    """One article: its code and picture, name, colours, sizes, weight of the middle size, box."""

    code: str
    picture: str
    name: str
    colours: str
    sizes: tuple[str, ...]
    weight_g: int
    box_mm: tuple[int, int, int]
    zone: str
    price_fen: int
    size_word: str = "尺码"
    pack_pieces: int = 0
    popularity: int = 3  # how often it is bought, compared with the others


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One SKU: a product in one colour and size."""

    product: Product
    colour: str
    size: str
    sku: SkuFacts

    @property
    def shop_properties(self) -> str:
        """The properties as the shop's order reports write them."""
        colour = f"颜色分类:{COLOURS[self.colour][0]}"
        return f"{colour};{self.product.size_word}:{self.size}" if self.size else colour


_WEAR = ("S", "M", "L", "XL", "2XL")

PRODUCTS = (
    Product(code="TEE", picture="shirt", name="纯棉圆领短袖T恤 男女同款",
            colours="BK WH GY NV RD BL GN YL", sizes=_WEAR, weight_g=185,
            box_mm=(300, 220, 25), zone="A", price_fen=5900, popularity=9),
    Product(code="TEW", picture="blouse", name="修身显瘦短袖T恤 女",
            colours="BK WH PK PP BG BL", sizes=_WEAR[:4], weight_g=150,
            box_mm=(280, 200, 20), zone="A", price_fen=6900, popularity=6),
    Product(code="HDY", picture="hoodie", name="加绒连帽卫衣 宽松款",
            colours="BK GY NV BG GN", sizes=_WEAR, weight_g=620,
            box_mm=(380, 300, 70), zone="A", price_fen=12900, popularity=5),
    Product(code="SCK", picture="socks", name="精梳棉中筒袜 四季款",
            colours="BK WH GY NV BR PK YL GN", sizes=("36-39", "40-44"), weight_g=48,
            box_mm=(180, 90, 20), zone="A", price_fen=990, pack_pieces=10, popularity=10),
    Product(code="JNS", picture="jeans", name="直筒水洗牛仔裤",
            colours="BK NV BL", sizes=("27", "28", "29", "30", "31", "32", "33"), weight_g=580,
            box_mm=(350, 250, 45), zone="A", price_fen=15900, popularity=4),
    Product(code="DRS", picture="dress", name="法式收腰连衣裙 中长款",
            colours="BK BG RD BL GN", sizes=_WEAR[:4], weight_g=340,
            box_mm=(320, 240, 35), zone="A", price_fen=18900, popularity=3),
    Product(code="PJM", picture="pyjamas", name="纯棉家居服套装 长袖",
            colours="PK GY NV BG PP", sizes=_WEAR[1:], weight_g=430,
            box_mm=(330, 260, 50), zone="A", price_fen=9900, popularity=2),
    Product(code="SCF", picture="scarf", name="仿羊绒围巾 流苏款",
            colours="BK GY RD BG NV GN BR PK", sizes=("",), weight_g=210,
            box_mm=(260, 200, 50), zone="A", price_fen=7900, popularity=2),
    Product(code="MUG", picture="mug", name="哑光陶瓷马克杯 350ml",
            colours="BK WH GN YL PK BL BG RD", sizes=("",), weight_g=365,
            box_mm=(125, 100, 100), zone="B", price_fen=3900, popularity=8),
    Product(code="BTL", picture="bottle", name="316不锈钢保温杯",
            colours="BK WH GN PK BL OR", sizes=("500ml", "750ml"), weight_g=345,
            box_mm=(250, 75, 75), zone="B", price_fen=8900, size_word="容量", popularity=7),
    Product(code="NTB", picture="notebook", name="硬面横线笔记本 120页",
            colours="BK RD GN YL BL PK PP BR", sizes=("A5", "A6"), weight_g=260,
            box_mm=(212, 148, 16), zone="B", price_fen=1900, size_word="规格", pack_pieces=5,
            popularity=7),
    Product(code="PEN", picture="pen", name="速干中性笔 0.5mm",
            colours="BK BL RD GN PP OR", sizes=("",), weight_g=12,
            box_mm=(145, 15, 15), zone="B", price_fen=290, pack_pieces=12, popularity=9),
    Product(code="CSE", picture="case", name="液态硅胶手机壳 防摔",
            colours="BK WH PP PK GN BL", sizes=("P13", "P14", "P15", "M60", "X20"), weight_g=42,
            box_mm=(170, 95, 15), zone="B", price_fen=2900, size_word="型号", popularity=6),
    Product(code="CND", picture="candle", name="大豆蜡香薰蜡烛 礼盒装",
            colours="WH PK PP GN BG YL BL RD", sizes=("",), weight_g=410,
            box_mm=(110, 95, 95), zone="B", price_fen=6900, popularity=3),
    Product(code="PLT", picture="plate", name="釉下彩餐盘",
            colours="WH BL GN BG PK GY", sizes=("8寸", "10寸"), weight_g=520,
            box_mm=(260, 260, 35), zone="B", price_fen=4500, size_word="规格", popularity=3),
    Product(code="TWL", picture="towel", name="新疆长绒棉毛巾",
            colours="WH GY PK BL BG GN PP BR", sizes=("面巾", "浴巾"), weight_g=260,
            box_mm=(240, 170, 60), zone="B", price_fen=3500, size_word="规格", popularity=6),
    Product(code="HCP", picture="clip", name="大号鲨鱼夹 磨砂发夹",
            colours="BK BR BG PK PP GN RD WH", sizes=("",), weight_g=28,
            box_mm=(115, 50, 50), zone="B", price_fen=1290, popularity=5),
    Product(code="BAG", picture="bag", name="加厚帆布单肩包 大容量",
            colours="BK BG NV GN RD YL PK GY", sizes=("",), weight_g=230,
            box_mm=(390, 340, 20), zone="C", price_fen=4900, popularity=6),
    Product(code="BPK", picture="backpack", name="防泼水双肩电脑包 15.6寸",
            colours="BK GY NV GN PK OR", sizes=("",), weight_g=780,
            box_mm=(450, 310, 120), zone="C", price_fen=19900, popularity=3),
    Product(code="UMB", picture="umbrella", name="全自动晴雨伞 黑胶防晒",
            colours="BK NV RD GN PK PP BG BL", sizes=("",), weight_g=390,
            box_mm=(300, 60, 60), zone="C", price_fen=5900, popularity=4),
    Product(code="CAP", picture="cap", name="软顶棒球帽 可调节",
            colours="BK WH NV BG GN PK BR RD", sizes=("",), weight_g=95,
            box_mm=(270, 190, 120), zone="C", price_fen=4500, popularity=4),
    Product(code="SLP", picture="slipper", name="踩屎感居家拖鞋 EVA",
            colours="GY BG PK BL GN BR", sizes=("36", "38", "40", "42", "44"), weight_g=240,
            box_mm=(290, 120, 90), zone="C", price_fen=2900, popularity=6),
    Product(code="SHO", picture="shoe", name="轻便透气运动鞋",
            colours="BK WH GY BL", sizes=("36", "37", "38", "39", "40", "41", "42", "43"),
            weight_g=690, box_mm=(320, 200, 115), zone="C", price_fen=22900, popularity=3),
    Product(code="CSH", picture="cushion", name="亚麻抱枕含芯 45×45",
            colours="GY BG NV GN YL RD BR PK", sizes=("",), weight_g=480,
            box_mm=(420, 420, 120), zone="C", price_fen=4900, popularity=2),
    Product(code="MAT", picture="mat", name="加厚防滑瑜伽垫 10mm",
            colours="PP PK BL GN GY", sizes=("",), weight_g=1150,
            box_mm=(610, 130, 130), zone="C", price_fen=7900, popularity=2),
)  # fmt: skip


def variants() -> list[Variant]:
    """Return every SKU of the shop, always the same."""
    return [
        _variant(product, number, place, colour, size)
        for number, product in enumerate(PRODUCTS, start=1)
        for place, (colour, size) in enumerate(_kinds(product), start=1)
    ]


def _kinds(product: Product) -> Iterator[tuple[str, str]]:
    for colour in product.colours.split():
        for size in product.sizes:
            yield colour, size


def _variant(product: Product, number: int, place: int, colour: str, size: str) -> Variant:
    code = "-".join(part for part in (product.code, colour, _latin(size)) if part)
    words = " / ".join(part for part in (COLOURS[colour][0], size) if part)
    step = product.sizes.index(size) - (len(product.sizes) - 1) // 2
    length, width, height = product.box_mm
    packs: tuple[PackCode, ...] = ()
    if product.pack_pieces:
        pack = PackCode(code=_ean(PACK_PREFIX, number, place), pieces=product.pack_pieces)
        packs = (pack,)
    facts = SkuFacts(
        code=code,
        name=product.name,
        properties=words,
        eans=(_ean(PIECE_PREFIX, number, place),),
        packs=packs,
        weight_g=max(5, round(product.weight_g * (1 + 0.05 * step))),
        length_mm=length,
        width_mm=width,
        height_mm=height,
    )
    return Variant(product=product, colour=colour, size=size, sku=facts)


_LATIN = {"8寸": "8IN", "10寸": "10IN", "面巾": "S", "浴巾": "L"}


def _latin(size: str) -> str:
    return _LATIN.get(size, size).upper()


def _ean(prefix: str, number: int, place: int) -> str:
    body = f"{prefix}{number:05d}{place:05d}"
    return body + ean_check_digit(body)
