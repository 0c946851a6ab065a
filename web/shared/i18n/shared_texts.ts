// Sentences that more than one page says.
import { dictionary } from "./dictionary";

export const sharedTexts = dictionary({
  "product": { zh: "Paydesk", en: "Paydesk" },
  "language.other": { zh: "English", en: "中文" },
  "language.switch": { zh: "Switch to English", en: "切换到中文" },

  "money.waiting": { zh: "等待顾客", en: "Waiting" },
  "money.verifying": { zh: "正在核实", en: "Checking" },
  "money.recorded": { zh: "已登记，未核实", en: "Recorded, not verified" },
  "money.paid": { zh: "收款成功", en: "Paid" },
  "money.not_paid": { zh: "未收款", en: "Not paid" },
  "money.returned": { zh: "已退回", en: "Returned" },

  "question.arrived": { zh: "钱到了吗", en: "Money in?" },
  "question.hand_over": { zh: "可以交货吗", en: "Hand over?" },
  "question.charge_again": { zh: "可以再收吗", en: "Charge again?" },
  "answer.yes": { zh: "可以", en: "Yes" },
  "answer.no": { zh: "不可以", en: "No" },
  "answer.arrived": { zh: "到了", en: "Yes" },
  "answer.not_arrived": { zh: "没有", en: "No" },
  "answer.unknown": { zh: "还不知道", en: "Not known" },
  "answer.went_back": { zh: "已退回", en: "Given back" },

  "method.payer_code": { zh: "扫顾客付款码", en: "Customer's code scanned" },
  "method.show_qr": { zh: "顾客扫收款码", en: "Customer scanned our QR" },
  "method.cash": { zh: "现金", en: "Cash" },
  "method.shop_code": { zh: "固定码（手工登记）", en: "Printed code (recorded by hand)" },

  "wallet.cash": { zh: "现金", en: "Cash" },
  "wallet.wechat": { zh: "微信支付", en: "WeChat Pay" },
  "wallet.alipay": { zh: "支付宝", en: "Alipay" },
  "wallet.unionpay": { zh: "云闪付", en: "UnionPay" },
  "wallet.jd": { zh: "京东支付", en: "JD Pay" },

  "printed.none": { zh: "没有打小票", en: "No slip printed" },
  "printed.queued": { zh: "小票排队中", en: "Slip is queued" },
  "printed.sent": { zh: "小票打印中", en: "Slip is printing" },
  "printed.printed": { zh: "小票已打印", en: "Slip printed" },
  "printed.unknown": { zh: "小票不知打出没有，请看一眼打印机", en: "Slip may or may not have printed: look at the printer" },
  "printed.held": { zh: "小票等换纸后自动打印", en: "Slip waits for paper, then prints by itself" },

  "refund.processing": { zh: "退款处理中", en: "Refund on its way" },
  "refund.done": { zh: "已退款", en: "Refunded" },
  "refund.refused": { zh: "退款没有成功", en: "Refund refused" },

  "signin.login": { zh: "账号", en: "Login" },
  "signin.password": { zh: "密码", en: "Password" },
  "signin.submit": { zh: "登录", en: "Sign in" },
  "signin.busy": { zh: "正在登录…", en: "Signing in…" },
  "signin.missing": { zh: "请输入账号和密码。", en: "Enter your login and password." },
  "password.title": { zh: "修改我的密码", en: "Change my password" },
  "password.current": { zh: "现在的密码", en: "Current password" },
  "password.new": { zh: "新密码", en: "New password" },
  "password.again": { zh: "再输一次新密码", en: "New password once more" },
  "password.meaning": { zh: "至少 10 个字符。改好后，别的设备上要用新密码重新登录。", en: "At least 10 characters. Other devices have to sign in again with the new one." },
  "password.current_missing": { zh: "请输入现在的密码。", en: "Enter your current password." },
  "password.short": { zh: "新密码至少要 {count} 个字符。", en: "The new password needs at least {count} characters." },
  "password.differ": { zh: "两次输入的新密码不一样。", en: "The two new passwords differ." },
  "password.change": { zh: "修改密码", en: "Change password" },
  "password.busy": { zh: "正在修改…", en: "Changing…" },
  "password.changed": { zh: "密码已修改", en: "Password changed" },
  "signout": { zh: "退出登录", en: "Sign out" },

  "demo.mark": { zh: "演示", en: "Demo" },
  "demo.scan": { zh: "扮演顾客，扫这个码付款", en: "Be the customer: scan and pay" },
  "demo.scanning": { zh: "顾客正在付款…", en: "The customer is paying…" },

  "failure.unreachable": {
    zh: "连不上服务器。请检查网线或无线网络，然后再试。",
    en: "The server cannot be reached. Check the cable or Wi-Fi, then try again.",
  },
  "failure.broken": {
    zh: "服务器出了问题（{status}），刚才的操作结果还不确定。请稍等再试；若一直这样，请联系店主。",
    en: "The server had a problem ({status}), so it is not certain what became of this. Wait a moment and try again; if it stays, call the owner.",
  },
  "broken.title": { zh: "页面出了问题", en: "This page broke" },
  "broken.meaning": {
    zh: "已发出的收款和退款不受影响，服务器会继续处理。重新打开页面后会接着显示，请不要重复收款。",
    en: "Payments and refunds already sent are not affected; the server goes on with them. Open the page again to see them, and do not charge twice.",
  },
  "broken.reload": { zh: "重新打开", en: "Open again" },
  "retry": { zh: "再试一次", en: "Try again" },
  "loading": { zh: "正在载入…", en: "Loading…" },
  "close": { zh: "关闭", en: "Close" },
});
