//! A provider's credentials, asked at a terminal: what each field is, and whether a connector can be made of them.

use super::terminal::{ANYTHING, Check, again, agreed, asked, asked_unseen};
use crate::channels::check;
use crate::providers::{self, Field, Kept, Known, words_in_one_line};
use crate::setup::{NewChannel, channel_from_json};
use anyhow::Result;
use base::Secret;
use clap::{Arg, ArgMatches, Command, value_parser};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Files of credentials given beforehand: each provider has an option of its name.
pub struct CredentialFiles(Vec<(&'static str, PathBuf)>);

impl CredentialFiles {
    /// The file with this provider's credentials, if one was given.
    pub fn of(&self, provider: &dyn Known) -> Option<&Path> {
        let found = self.0.iter().find(|(name, _)| *name == provider.name());
        found.map(|(_, path)| path.as_path())
    }
}

impl clap::FromArgMatches for CredentialFiles {
    fn from_arg_matches(matches: &ArgMatches) -> Result<CredentialFiles, clap::Error> {
        let mut files = CredentialFiles(Vec::new());
        files.update_from_arg_matches(matches)?;
        Ok(files)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        let names = providers::ALL.iter().map(|known| known.name());
        let given = names.filter_map(|name| Some((name, matches.get_one::<PathBuf>(name)?.clone())));
        self.0.extend(given);
        Ok(())
    }
}

impl clap::Args for CredentialFiles {
    fn augment_args(command: Command) -> Command {
        providers::ALL.iter().fold(command, |command, known| {
            let help = format!("{}'s credentials", known.title().en);
            let file = value_parser!(PathBuf);
            command.arg(
                Arg::new(known.name()).long(known.name()).value_name("FILE").help(help).value_parser(file),
            )
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        CredentialFiles::augment_args(command)
    }
}

/// A provider's credentials, from a file or field by field, until a connector can be made of them; nothing if whoever
/// answers leaves the provider out.
pub fn asked_channel(provider: &'static dyn Known) -> Result<Option<NewChannel>> {
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
            Err(why) => again(&words_in_one_line(&why)),
        }
    }
    let mut answers = BTreeMap::new();
    loop {
        let channel = asked_fields(provider, &mut answers)?;
        let Err(why) = check(&channel) else { return Ok(Some(channel)) };
        again(&words_in_one_line(&why));
        if !agreed("Answer them once more (Enter keeps an answer)? / 重新填写（回车保留原来的）？")?
        {
            return Ok(None);
        }
    }
}

/// One question for each field; for keys the path of the file that holds them. What was answered before is proposed.
fn asked_fields(provider: &'static dyn Known, answers: &mut Answers) -> Result<NewChannel> {
    let mut channel = NewChannel { provider, settings: Vec::new(), secrets: Vec::new() };
    for field in provider.fields() {
        let answer = match field.kept {
            Kept::Preset | Kept::Nowhere => continue,
            Kept::Setting => asked_setting(field, answers)?,
            Kept::KeyFile => asked_key_file(field, answers)?,
            Kept::Secret => asked_secret(field, answers)?,
        };
        match answer.is_empty() {
            true => {}
            false if field.kept.is_sealed() => channel.secrets.push((field.name, Secret::new(answer))),
            false => channel.settings.push((field.name, answer)),
        }
    }
    Ok(channel)
}

/// A provider's keys alone, each of which may stay as it is; those that were given.
pub fn asked_keys(provider: &'static dyn Known) -> Result<Vec<(&'static str, Secret<String>)>> {
    let mut given = Vec::new();
    for field in provider.fields().iter().filter(|field| field.kept.is_sealed()) {
        let question = format!("{} (Enter keeps it / 回车不变)", title(field));
        let answer = match field.kept {
            Kept::KeyFile => read_key_file(&question, "", ANYTHING)?.map(|(_, text)| text),
            _ => Some(asked_unseen(&question)?),
        };
        given.extend(
            answer.filter(|answer| !answer.is_empty()).map(|answer| (field.name, Secret::new(answer))),
        );
    }
    Ok(given)
}

type Answers = BTreeMap<&'static str, String>;

fn before<'a>(answers: &'a Answers, field: &Field) -> &'a str {
    answers.get(field.name).map_or("", String::as_str)
}

fn asked_setting(field: &'static Field, answers: &mut Answers) -> Result<String> {
    let answer = asked(&question(field), before(answers, field), need_of(field))?;
    answers.insert(field.name, answer.clone());
    Ok(answer)
}

fn asked_key_file(field: &'static Field, answers: &mut Answers) -> Result<String> {
    let Some((path, text)) = read_key_file(&question(field), before(answers, field), need_of(field))? else {
        return Ok(String::new());
    };
    answers.insert(field.name, path);
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

fn asked_secret(field: &'static Field, answers: &mut Answers) -> Result<String> {
    loop {
        let typed = asked_unseen(&question(field))?;
        let answer = if typed.is_empty() { before(answers, field).to_owned() } else { typed };
        match need_of(field)(&answer) {
            Some(why) => again(why),
            None => {
                answers.insert(field.name, answer.clone());
                return Ok(answer);
            }
        }
    }
}

fn question(field: &Field) -> String {
    if field.optional { format!("{} (Enter for none / 没有就回车)", title(field)) } else { title(field) }
}

fn title(Field { name, zh, en, .. }: &Field) -> String {
    format!("  {name}: {en} / {zh}")
}

fn need_of(field: &Field) -> Check {
    if field.optional { ANYTHING } else { NEEDED }
}

const NEEDED: Check = |answer| answer.is_empty().then_some("this one is needed / 这一项必填");
