//! Why a message was not taken, in words for people: from the answer's status, or from what is known where none came.

use crate::post::PATIENCE;
use base::Text;

/// Why a message with this last answer was not taken. `status` is the answer's, if there was one; `answer` is how it began,
/// or why there was none.
pub fn why_not(status: Option<u16>, answer: &str) -> Text {
    match status {
        Some(status) => of_status(status),
        None => of_silence(answer),
    }
}

fn of_status(status: u16) -> Text {
    let said = |zh: &str, en: &str| {
        Text::new(format!("对方回答 {status}：{zh}"), format!("It answered {status}: {en}"))
    };
    match status {
        300..=399 => said(
            "转到了别的网址；这里不跟着转，请把新网址登记进来",
            "it leads elsewhere, where nobody follows; register the new address",
        ),
        401 | 403 => said(
            "它不让进；多半是它那边的签名密钥不对",
            "it lets nobody in; most likely it checks with another secret",
        ),
        404 | 405 => said("这个网址不收消息；请核对网址", "this address takes no messages; check it"),
        410 => said("它不再接收", "it takes no more"),
        408 | 429 => said("它忙不过来，稍后再发", "it is too busy; it is tried again later"),
        500..=599 => said(
            "它自己出错了；请它的维护者看日志",
            "it broke by itself; ask whoever runs it to read its log",
        ),
        _ => said("它没有收下；只有 2xx 才算收下", "it did not take it; only 2xx counts as taken"),
    }
}

/// A part of what the system's own errors say, which no type tells apart, and its cause in Chinese and in English.
const CAUSES: &[(&[&str], &str, &str)] = &[
    (
        &["refused"],
        "连不上：对方没有开着（端口没人听）",
        "Nobody is listening there: the system is not running",
    ),
    (
        &["deadline", "timed out", "unreachable"],
        "连不上：网络不通，或被防火墙挡住",
        "It cannot be reached: no network, or a firewall in between",
    ),
    (&["lookup"], "网址里的域名查不到；请核对网址", "The name in the address cannot be looked up; check it"),
    (&["certificate"], "对方的证书不可信或已过期", "Its certificate is not trusted or has expired"),
    (
        &["private network"],
        "这个地址在内网，配置不允许发到那里",
        "The address is inside a private network, where the configuration allows nothing to be sent",
    ),
    (
        &["master key"],
        "这台服务器的主密钥打不开它的签名密钥；请换一个签名密钥",
        "This server's master key does not open its secret; make a new secret",
    ),
    (
        &["nothing of this kind"],
        "这笔收款现在已没有这样的事可说",
        "The payment has nothing of this kind to tell any more",
    ),
    (&["closed", "reset"], "对方没答完就断开了", "It hung up before it had answered"),
];

fn of_silence(answer: &str) -> Text {
    if answer.contains("no answer within") {
        let seconds = PATIENCE.as_secs();
        return Text::new(
            format!("{seconds} 秒内没有回答；请它先回答，再做慢的事"),
            format!("No answer within {seconds} seconds; it should answer first and work later"),
        );
    }
    let known = CAUSES.iter().find(|(parts, ..)| parts.iter().any(|part| answer.contains(part)));
    match known {
        Some((_, zh, en)) => Text::new(*zh, *en),
        None => Text::new(format!("没有回答：{answer}"), format!("No answer: {answer}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn every_answer_has_a_reason_and_what_to_do() {
        let lines: Vec<String> = [302, 401, 404, 418, 429, 503]
            .into_iter()
            .map(|status| why_not(Some(status), "x").en)
            .chain(
                ["no answer within 15 seconds", "Connection refused (os error 111)", "a strange thing"]
                    .map(|answer| why_not(None, answer).en),
            )
            .collect();
        expect![[r#"
            It answered 302: it leads elsewhere, where nobody follows; register the new address
            It answered 401: it lets nobody in; most likely it checks with another secret
            It answered 404: this address takes no messages; check it
            It answered 418: it did not take it; only 2xx counts as taken
            It answered 429: it is too busy; it is tried again later
            It answered 503: it broke by itself; ask whoever runs it to read its log
            No answer within 15 seconds; it should answer first and work later
            Nobody is listening there: the system is not running
            No answer: a strange thing"#]]
        .assert_eq(&lines.join("\n"));
    }
}
