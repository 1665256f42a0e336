"""The fixed words on paper, in Chinese and English."""

from __future__ import annotations

from printing.documents import Locale

# Key: the English words. A key that is missing here is printed as it stands, in both languages.
_CHINESE = {
    "COPY {n}": "补打 {n}",
    "Parcel {i} of {n}": "第 {i} 件 / 共 {n} 件",
    "{n} pieces": "{n} 件",
    "{n} more lines, {pieces} pieces": "另有 {n} 行，共 {pieces} 件",
    "Hub": "集",
    "To": "收",
    "From": "寄",
    "Remark": "备注",
    "Orders": "订单",
    "Order": "订单号",
    "Parcel": "包裹",
    "Weight": "重量",
    "Signature": "签收",
    "Inspected": "已验视",
    "Packing slip": "装箱单",
    "Ship to": "收件人",
    "Ordered": "下单日期",
    "Waybill": "运单号",
    "Carrier": "快递公司",
    "No.": "序号",
    "Item": "商品",
    "Code": "编码",
    "Pieces": "数量",
    "Total": "合计",
    "{n} lines": "共 {n} 行",
    "Buyer's note": "买家留言",
    "Packed by": "打包",
    "Checked by": "复核",
    "Page {i} of {n}": "第 {i} 页 / 共 {n} 页",
    "Pick list": "拣货单",
    "Picker": "拣货人",
    "Cut-off": "截单时间",
    "{n} orders": "{n} 单",
    "Bin": "货位",
    "Into": "放入",
    "Done": "完成",
    "Totes": "周转箱",
    "Started": "开始时间",
    "Finished": "完成时间",
    "Manifest": "交接清单",
    "Handover": "交接时间",
    "Warehouse": "发货仓库",
    "Vehicle": "车牌",
    "Courier": "快递员",
    "Destination": "目的地",
    "{n} parcels": "共 {n} 件",
    "Total weight": "总重量",
    "Handed over by": "发货方签字",
    "Taken over by": "快递员签字",
    "Time": "时间",
    "Tote": "周转箱",
    "Pack of {n}": "{n} 件装",
    "Badge": "工牌",
    "Cut along the lines.": "沿线剪下。",
    "Test page": "测试页",
    "{n} dots": "{n} 点",
    "Address": "地址",
    "Media": "纸张",
    "Read {marks} where the paper ends, and type them in.": "读出纸边处 {marks} 的刻度，填入系统。",
    "From 0 to {n} it must be {n} mm.": "从 0 到 {n} 应为 {n} 毫米。",
    "Every bar must be sharp, the frame whole on all four sides.": "条码应清晰，四边框线应完整。",
    "Printed": "打印时间",
    "OK": "确认",
    "UNDO": "撤销",
    "SHORT": "缺货",
    "SKIP": "跳过",
    "FULL": "箱满",
    "REPRINT": "补打",
    "MISSING": "少件",
    "MINUS": "破损",
    "LOGOUT": "退出",
    "Confirm, or acknowledge a stop": "确认，或确认已看到停止提示",
    "Take back the last scan": "撤回上一次扫描",
    "The bin holds less than asked": "货位上数量不够",
    "Leave this for later": "先跳过，稍后再做",
    "The carton is full, take the next": "纸箱已满，换下一个",
    "Print the last paper again": "重新打印上一张单据",
    "The tote is empty, pieces are missing": "箱子空了，还少件",
    "One piece is damaged": "有一件破损",
    "Leave this tablet": "退出登录",
}


def word(locale: Locale, english: str, /, **places: object) -> str:
    """Return the words in the paper's language, with their places filled in."""
    template = _CHINESE.get(english, english) if locale == Locale.ZH else english
    return template.format(**places) if places else template


def labelled(locale: Locale, english: str, value: str) -> str:
    """Return a value behind the words for what it is, with the colon of the paper's language."""
    colon = "：" if locale == Locale.ZH else ": "
    return f"{word(locale, english)}{colon}{value}"


def grams(weight_g: int | None) -> str:
    """Return a weight as people write it: 0.350 kg; '' where there is none."""
    return "" if weight_g is None else f"{weight_g / 1000:.3f} kg"
