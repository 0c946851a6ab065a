// What the till's own device says about itself.
import { dictionary } from "../shared/i18n/dictionary";

export const agentTexts = dictionary({
  "server.good": { zh: "服务器已连接", en: "Server connected" },
  "server.bad": { zh: "连不上服务器", en: "Server out of reach" },
  "server.short": { zh: "服务器", en: "Server" },
  "blind.since": { zh: "{time} 起连不上服务器", en: "The server has been out of reach since {time}" },
  "blind.means": {
    zh: "未定的收款先不要交货、也不要再收，恢复后自动核实。可以先收现金。",
    en: "Neither hand over nor charge again what is still open: it is checked by itself later. Cash works.",
  },
  "unsent": { zh: "还有 {count} 条记录没交给服务器", en: "{count} entries are still to be handed to the server" },
  "taken.title": { zh: "这台收银机已被接管", en: "This till was taken over" },
  "taken.by": { zh: "“{by}”在 {time} 接管了这个收银台", en: "{by} took this till over at {time}" },
  "taken.means": {
    zh: "这里不再收款。请到那台机器上收；它已经接着处理未定的收款。",
    en: "No money is taken here any more. Use the other device; it goes on with what was open.",
  },
  "taken.handed": { zh: "这里的记录已全部交给服务器，没有丢失", en: "Everything recorded here was handed in; nothing is lost" },
  "refused.title": { zh: "服务器不认这台收银机", en: "The server refuses this device" },
  "refused.means": {
    zh: "它的密钥已停用。请在服务器上要一个配对码，重新配对。",
    en: "Its key was disabled. Ask the server for a pairing code and pair it again.",
  },
  "standby.title": { zh: "备用收银机", en: "Spare device" },
  "standby.current": { zh: "现在用的是“{name}”，{time} 还有动静", en: "{name} is in use, last heard at {time}" },
  "standby.silent": { zh: "“{name}”已经 {seconds} 秒没有动静", en: "{name} has been silent for {seconds} s" },
  "standby.means": {
    zh: "接管后这里可以收款，未定的收款在这里接着核实；那台机器不能再收款。",
    en: "After that money is taken here and what is open is checked here; the other device takes no more.",
  },
  "standby.automatic": { zh: "没有动静 {seconds} 秒后自动接管", en: "Takes over by itself after {seconds} s of silence" },
  "standby.button": { zh: "接管收银", en: "Take over" },
  "standby.working": { zh: "正在接管…", en: "Taking over…" },
});
