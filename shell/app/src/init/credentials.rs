//! A provider's credentials, asked at a terminal: what each field is, and whether a connector can be made of them.

use super::terminal::{ANYTHING, Check, again, agreed, asked, asked_unseen};
use crate::channels::{check, words};
use crate::setup::{NewChannel, channel_from_json, known_fields};
use anyhow::Result;
use base::{Secret, Text};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A provider's credentials, from a file or field by field, until a connector can be made of them; nothing if whoever
/// answers leaves the provider out.
pub fn asked_channel(provider: &'static str) -> Result<Option<NewChannel>> {
    loop {
        let question =
            "A JSON file with all credentials, or Enter to answer one by one / 凭证文件，回车则逐项填写";
        let whole = asked(question, "", ANYTHING)?;
        if whole.is_empty() {
            break;
        }
        let read = channel_from_json(provider, Path::new(&whole));
        match read.and_then(|channel| check(&channel).map(|()| channel)) {
            Ok(channel) => return Ok(Some(channel)),
            Err(why) => again(&said(&why)),
        }
    }
    let mut answers = BTreeMap::new();
    loop {
        let channel = asked_fields(provider, &mut answers)?;
        let Err(why) = check(&channel) else { return Ok(Some(channel)) };
        again(&said(&why));
        if !agreed("Answer them once more (Enter keeps an answer)? / 重新填写（回车保留原来的）？")?
        {
            return Ok(None);
        }
    }
}

fn said(why: &anyhow::Error) -> String {
    let Text { zh, en } = words(why);
    if zh == en { en } else { format!("{en} / {zh}") }
}

/// One question for each field; for keys the path of the file that holds them. What was answered before is proposed.
fn asked_fields(provider: &'static str, answers: &mut BTreeMap<&'static str, String>) -> Result<NewChannel> {
    let (settings, secrets) = known_fields(provider);
    let mut channel = NewChannel { provider, settings: Vec::new(), secrets: Vec::new() };
    for (_, key) in settings.iter().filter(|(name, _)| !name.ends_with("_url")) {
        let answer = asked(&question(key), before(answers, key), need_of(key))?;
        answers.insert(key, answer.clone());
        if !answer.is_empty() {
            channel.settings.push((key, answer));
        }
    }
    for name in secrets {
        let answer = match name.strip_suffix("_pem") {
            Some(_) => asked_key_file(name, answers)?,
            None => asked_secret(name, answers)?,
        };
        if !answer.is_empty() {
            channel.secrets.push((name, Secret::new(answer)));
        }
    }
    Ok(channel)
}

/// A provider's keys alone, each of which may stay as it is; those that were given.
pub fn asked_keys(provider: &'static str) -> Result<Vec<(&'static str, Secret<String>)>> {
    let (_, secrets) = known_fields(provider);
    let mut given = Vec::new();
    for name in secrets {
        let question = format!("{} (Enter keeps it / 回车不变)", title(name));
        let answer = match name.strip_suffix("_pem") {
            Some(_) => read_key_file(&question, "", ANYTHING)?.map(|(_, text)| text),
            None => Some(asked_unseen(&question)?),
        };
        given.extend(answer.filter(|answer| !answer.is_empty()).map(|answer| (*name, Secret::new(answer))));
    }
    Ok(given)
}

fn before<'a>(answers: &'a BTreeMap<&'static str, String>, name: &str) -> &'a str {
    answers.get(name).map_or("", String::as_str)
}

fn asked_key_file(name: &'static str, answers: &mut BTreeMap<&'static str, String>) -> Result<String> {
    let Some((path, text)) = read_key_file(&question(name), before(answers, name), need_of(name))? else {
        return Ok(String::new());
    };
    answers.insert(name, path);
    Ok(text)
}

/// Asks for a path until the file can be read: the path and what is in it; nothing if none is given.
fn read_key_file(question: &str, usual: &str, check: Check) -> Result<Option<(String, String)>> {
    loop {
        let path = asked(question, usual, check)?;
        if path.is_empty() {
            return Ok(None);
        }
        match fs::read_to_string(&path) {
            Ok(text) => return Ok(Some((path, text))),
            Err(why) => again(&format!("cannot read the key file {path}: {why} / 读不到这个文件")),
        }
    }
}

fn asked_secret(name: &'static str, answers: &mut BTreeMap<&'static str, String>) -> Result<String> {
    loop {
        let typed = asked_unseen(&question(name))?;
        let answer = if typed.is_empty() { before(answers, name).to_owned() } else { typed };
        match need_of(name)(&answer) {
            Some(why) => again(why),
            None => {
                answers.insert(name, answer.clone());
                return Ok(answer);
            }
        }
    }
}

/// What a provider's field is, where a person finds it, and whether it may be left out.
struct Field {
    name: &'static str,
    zh: &'static str,
    en: &'static str,
    optional: bool,
}

const fn needed(name: &'static str, zh: &'static str, en: &'static str) -> Field {
    Field { name, zh, en, optional: false }
}

const fn optional(name: &'static str, zh: &'static str, en: &'static str) -> Field {
    Field { name, zh, en, optional: true }
}

/// In the words of the providers' own sites.
const FIELDS: [Field; 13] = [
    needed("mchid", "商户号", "the merchant's number"),
    needed("appid", "AppID，商户号绑定的公众号或小程序", "the app that is bound to the merchant's number"),
    needed("merchant_serial", "商户 API 证书序列号", "the serial number of the merchant's API certificate"),
    optional(
        "platform_public_key_id",
        "微信支付公钥 ID，PUB_KEY_ID_ 开头",
        "the id of WeChat Pay's public key",
    ),
    optional("store_out_id", "门店编号，本店自定", "your own number of the store"),
    needed("merchant_private_key_pem", "商户私钥文件 apiclient_key.pem", "the file apiclient_key.pem"),
    needed("apiv3_key", "APIv3 密钥，32 位", "32 characters, set on the merchant platform"),
    optional(
        "platform_public_key_pem",
        "微信支付公钥文件 pub_key.pem",
        "the file pub_key.pem, WeChat Pay's public key",
    ),
    optional(
        "platform_certificate_pem",
        "平台证书文件，没有公钥时用",
        "a file, where there is no public key",
    ),
    needed("app_id", "应用的 APPID", "the application's number"),
    optional("seller_id", "收款账号，2088 开头", "the account that receives, begins with 2088"),
    needed("app_private_key_pem", "应用私钥文件", "the file with the application's private key"),
    needed(
        "alipay_public_key_pem",
        "支付宝公钥文件，不是应用公钥",
        "the file with Alipay's public key, not the application's",
    ),
];

fn question(name: &str) -> String {
    let optional = FIELDS.iter().any(|field| field.name == name && field.optional);
    if optional { format!("{} (Enter for none / 没有就回车)", title(name)) } else { title(name) }
}

fn title(name: &str) -> String {
    match FIELDS.iter().find(|field| field.name == name) {
        Some(Field { zh, en, .. }) => format!("  {name}: {en} / {zh}"),
        None => format!("  {name}"),
    }
}

fn need_of(name: &str) -> Check {
    match FIELDS.iter().find(|field| field.name == name) {
        Some(Field { optional: false, .. }) => NEEDED,
        _ => ANYTHING,
    }
}

const NEEDED: Check = |answer| answer.is_empty().then_some("this one is needed / 这一项必填");
