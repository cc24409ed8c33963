//! What is known of every row while a file is read: which stood twice, which were refused, and the
//! count of each verdict. It grows by some forty bytes a row, not with what the rows hold.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sha2::{Digest as _, Sha256};

use super::{
    model::{Finding, ImportTotals, RowRecord, RowVerdict},
    reading::ReadRow,
    tables::Outcome,
};

/// How many mistakes are listed.
pub(super) const FINDINGS_MAX: usize = 10_000;

/// A row that is fit to be judged.
#[derive(Debug)]
pub(super) struct FitRow<R> {
    row_no: i32,
    key: Option<String>,
    row: R,
}

impl<R> FitRow<R> {
    /// What it is called, and what it says.
    pub(super) fn split(self) -> ((i32, Option<String>), R) {
        ((self.row_no, self.key), self.row)
    }
}

/// Half of SHA-256: no two keys of a file ever share it.
type KeyHash = [u8; 16];

#[derive(Debug, Clone, Copy)]
struct Seen {
    row_no: i32,
    /// The first row is told once that it stands again.
    told: bool,
}

/// The account of one file.
pub(super) struct Ledger {
    /// The field that a repeated row is told under, by rule.
    once: Vec<&'static str>,
    /// How the name of a row is shown and kept, without clear names of persons.
    shown: fn(&str) -> String,
    /// Where the columns stand in the file.
    columns: HashMap<&'static str, u32>,
    seen: Vec<HashMap<KeyHash, Seen>>,
    /// In the order of the file.
    verdicts: Vec<(i32, RowVerdict)>,
    /// Where the batch at hand begins in them.
    batch_from: usize,
    refused: BTreeMap<i32, RowRecord>,
    findings: usize,
    refused_rows: usize,
    parcels: BTreeSet<String>,
    /// Rows that were told as fit before a later one made them refused.
    taken_back: Vec<i32>,
}

impl Ledger {
    pub(super) fn new(
        once: &[&[&'static str]],
        columns: HashMap<&'static str, u32>,
        shown: fn(&str) -> String,
    ) -> Self {
        Self {
            shown,
            once: once
                .iter()
                .map(|rule| *rule.last().expect("a rule has columns"))
                .collect(),
            columns,
            seen: once.iter().map(|_| HashMap::new()).collect(),
            verdicts: vec![],
            batch_from: 0,
            refused: BTreeMap::new(),
            findings: 0,
            refused_rows: 0,
            parcels: BTreeSet::new(),
            taken_back: vec![],
        }
    }

    /// Takes a batch in; answers the rows that have no mistake so far.
    pub(super) fn admit<R>(&mut self, batch: Vec<ReadRow<R>>) -> Vec<FitRow<R>> {
        self.batch_from = self.verdicts.len();
        let mut repeated: HashMap<i32, Vec<Finding>> = HashMap::new();
        let first = batch.first().map_or(i32::MAX, |row| row.row_no);
        for row in &batch {
            for (rule, key) in row.keys.iter().enumerate() {
                let Some(key) = key else { continue };
                if let Some(earlier) = self.see(rule, key, row.row_no) {
                    let mistake = self.repetition(rule, earlier.row_no);
                    repeated.entry(row.row_no).or_default().push(mistake);
                    if !earlier.told {
                        let mistake = self.repetition(rule, row.row_no);
                        if earlier.row_no >= first {
                            repeated.entry(earlier.row_no).or_default().push(mistake);
                        } else {
                            let key = (rule == 0).then_some(key.as_str());
                            self.refuse_late(earlier.row_no, key, mistake);
                        }
                    }
                }
            }
        }
        let mut fit = Vec::with_capacity(batch.len());
        for row in batch {
            let key = row.keys.into_iter().next().flatten();
            self.note_parcel(key.as_deref());
            let mut mistakes = repeated.remove(&row.row_no).unwrap_or_default();
            match row.content {
                Ok(content) if mistakes.is_empty() => fit.push(FitRow {
                    row_no: row.row_no,
                    key,
                    row: content,
                }),
                Ok(_) => self.refuse(row.row_no, key.as_deref(), mistakes),
                Err(wrong) => {
                    mistakes.splice(0..0, wrong);
                    self.refuse(row.row_no, key.as_deref(), mistakes);
                }
            }
        }
        fit
    }

    /// Enters what became of the rows of a batch; answers the records of those not refused.
    pub(super) fn settle(
        &mut self,
        rows: Vec<(i32, Option<String>)>,
        outcomes: Vec<Outcome>,
    ) -> Vec<RowRecord> {
        debug_assert_eq!(rows.len(), outcomes.len(), "one outcome per row");
        let mut records = Vec::with_capacity(rows.len());
        for ((row_no, key), outcome) in rows.into_iter().zip(outcomes) {
            let (verdict, findings) = match outcome {
                Outcome::New => (RowVerdict::New, vec![]),
                Outcome::Unchanged => (RowVerdict::Unchanged, vec![]),
                Outcome::Changed(differences) => (RowVerdict::Changed, self.placed(differences)),
                Outcome::Refused(mistakes) => {
                    self.refuse(row_no, key.as_deref(), mistakes);
                    continue;
                }
            };
            self.verdicts.push((row_no, verdict));
            records.push(RowRecord {
                row_no,
                verdict,
                key: key.as_deref().map(self.shown),
                findings,
            });
        }
        // The refused rows of the batch were entered before the others.
        self.verdicts[self.batch_from..].sort_unstable_by_key(|(row_no, _)| *row_no);
        records
    }

    /// Whether a row was refused: then nothing of the file is written.
    pub(super) fn any_refused(&self) -> bool {
        self.refused_rows > 0
    }

    pub(super) fn rows(&self) -> usize {
        self.verdicts.len()
    }

    pub(super) fn last_row(&self) -> i32 {
        self.verdicts.last().map_or(0, |(row_no, _)| *row_no)
    }

    /// The parcels that rows of the file name.
    pub(super) fn parcels(&self) -> Vec<String> {
        self.parcels.iter().cloned().collect()
    }

    /// Whether the file has a row of this name.
    pub(super) fn has(&self, key: &str) -> bool {
        self.seen[0].contains_key(&hash(key))
    }

    pub(super) fn totals(&self, absent: Option<i32>) -> ImportTotals {
        let count = |wanted| {
            let of = self
                .verdicts
                .iter()
                .filter(|(_, verdict)| *verdict == wanted);
            i32::try_from(of.count()).expect("a table has a million rows at most")
        };
        ImportTotals {
            rows: i32::try_from(self.verdicts.len()).expect("a million at most"),
            new: count(RowVerdict::New),
            changed: count(RowVerdict::Changed),
            unchanged: count(RowVerdict::Unchanged),
            absent,
            refused: count(RowVerdict::Refused),
            refused_listed: i32::try_from(self.refused.len()).expect("ten thousand at most"),
        }
    }

    /// The refused rows to list, and those whose earlier record no longer holds.
    pub(super) fn close(self) -> (Vec<RowRecord>, Vec<i32>) {
        (self.refused.into_values().collect(), self.taken_back)
    }

    /// Enters a key; answers the row that had it first.
    fn see(&mut self, rule: usize, key: &str, row_no: i32) -> Option<Seen> {
        let seen = &mut self.seen[rule];
        match seen.entry(hash(key)) {
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(Seen {
                    row_no,
                    told: false,
                });
                None
            }
            std::collections::hash_map::Entry::Occupied(mut place) => {
                let earlier = *place.get();
                place.get_mut().told = true;
                Some(earlier)
            }
        }
    }

    fn repetition(&self, rule: usize, other: i32) -> Finding {
        Finding {
            field: Some(self.once[rule].to_owned()),
            ..Finding::of_row(
                "row-repeated",
                format!("与第 {other} 行重复"),
                format!("repeats row {other}"),
            )
        }
    }

    fn refuse(&mut self, row_no: i32, key: Option<&str>, mistakes: Vec<Finding>) {
        self.verdicts.push((row_no, RowVerdict::Refused));
        self.refused_rows += 1;
        self.list(row_no, key, mistakes);
    }

    /// A row of an earlier batch turns out to stand twice.
    fn refuse_late(&mut self, row_no: i32, key: Option<&str>, mistake: Finding) {
        let found = self.verdicts.binary_search_by_key(&row_no, |(n, _)| *n);
        let entry = &mut self.verdicts[found.expect("it was entered with its batch")];
        if entry.1 != RowVerdict::Refused {
            entry.1 = RowVerdict::Refused;
            self.refused_rows += 1;
            self.taken_back.push(row_no);
        }
        self.list(row_no, key, vec![mistake]);
    }

    fn list(&mut self, row_no: i32, key: Option<&str>, mistakes: Vec<Finding>) {
        if self.findings >= FINDINGS_MAX {
            return;
        }
        self.findings += mistakes.len();
        let mistakes = self.placed(mistakes);
        let record = self.refused.entry(row_no).or_insert_with(|| RowRecord {
            row_no,
            verdict: RowVerdict::Refused,
            key: None,
            findings: vec![],
        });
        record.key = record.key.take().or(key.map(self.shown));
        record.findings.extend(mistakes);
    }

    /// Adds the columns of the file.
    fn placed(&self, mut findings: Vec<Finding>) -> Vec<Finding> {
        for finding in &mut findings {
            let field = finding.field.as_deref();
            let known = field.and_then(|field| self.columns.get(field)).copied();
            finding.column = finding.column.or(known);
        }
        findings
    }

    /// The first part of the name of a row is its parcel, where rows have one.
    fn note_parcel(&mut self, key: Option<&str>) {
        let parcel = key.and_then(|key| key.split(" / ").next());
        if let Some(parcel) = parcel.filter(|parcel| !self.parcels.contains(*parcel)) {
            self.parcels.insert(parcel.to_owned());
        }
    }
}

fn hash(key: &str) -> KeyHash {
    let full: [u8; 32] = Sha256::digest(key.as_bytes()).into();
    *full.first_chunk().expect("SHA-256 has 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONCE: &[&[&str]] = &[&["parcel_code", "household_no"]];

    fn row(row_no: i32, key: &str) -> ReadRow<()> {
        ReadRow {
            row_no,
            keys: vec![Some(key.to_owned())],
            content: Ok(()),
        }
    }

    fn take(ledger: &mut Ledger, batch: Vec<ReadRow<()>>) -> Vec<i32> {
        let fit = ledger.admit(batch);
        let numbers: Vec<i32> = fit.iter().map(|f| f.row_no).collect();
        let rows: Vec<_> = fit.into_iter().map(|f| (f.row_no, f.key)).collect();
        let outcomes = rows.iter().map(|_| Outcome::New).collect();
        ledger.settle(rows, outcomes);
        numbers
    }

    #[test]
    fn rows_that_repeat_each_other_are_all_refused_across_batches() {
        let mut ledger = Ledger::new(ONCE, HashMap::from([("household_no", 2)]), str::to_owned);
        assert_eq!(
            take(&mut ledger, vec![row(2, "A / 1"), row(3, "A / 2")]),
            [2, 3]
        );
        assert!(!ledger.any_refused());
        assert_eq!(
            take(&mut ledger, vec![row(4, "A / 1"), row(5, "A / 1")]),
            [0; 0]
        );
        assert_eq!(take(&mut ledger, vec![row(6, "B / 1")]), [6]);
        let totals = ledger.totals(None);
        assert_eq!((totals.rows, totals.new, totals.refused), (5, 2, 3));
        let (refused, taken_back) = ledger.close();
        assert_eq!(taken_back, [2]);
        let told: Vec<_> = refused
            .iter()
            .map(|r| (r.row_no, r.findings.len(), r.findings[0].zh.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (2, 1, "与第 4 行重复"),
                (4, 1, "与第 2 行重复"),
                (5, 1, "与第 2 行重复")
            ]
        );
        assert_eq!(refused[0].findings[0].column, Some(2));
    }

    #[test]
    fn rows_of_one_batch_that_repeat_each_other_are_both_refused() {
        let mut ledger = Ledger::new(ONCE, HashMap::new(), str::to_owned);
        let batch = vec![row(2, "A / 1"), row(3, "A / 1"), row(4, "A / 3")];
        assert_eq!(take(&mut ledger, batch), [4]);
        assert_eq!(ledger.close().1, [0; 0]);
    }

    #[test]
    fn ten_thousand_mistakes_are_listed_and_all_rows_counted() {
        let mut ledger = Ledger::new(ONCE, HashMap::new(), str::to_owned);
        for row_no in 1..=12_000 {
            let mistake = Finding::of_row("x", "", "");
            let content = Err::<(), _>(vec![mistake]);
            let keys = vec![None];
            ledger.admit(vec![ReadRow {
                row_no,
                keys,
                content,
            }]);
        }
        let totals = ledger.totals(None);
        assert_eq!((totals.refused, totals.refused_listed), (12_000, 10_000));
        assert_eq!(ledger.close().0.len(), 10_000);
    }

    #[test]
    fn it_knows_which_rows_a_file_has() {
        let mut ledger = Ledger::new(ONCE, HashMap::new(), str::to_owned);
        take(&mut ledger, vec![row(2, "A / 1"), row(3, "B / 7")]);
        assert!(ledger.has("A / 1") && !ledger.has("A / 7"));
        assert_eq!(ledger.parcels(), ["A", "B"]);
    }
}
