//! The journal in SQLite.

use std::{
    fs::File,
    path::PathBuf,
    sync::{Mutex, MutexGuard},
};

use rusqlite::{
    Connection, OptionalExtension, Row, Transaction, TransactionBehavior, named_params, params,
};

use super::{
    BlobKey, BlobRow, FinishRow, History, Keep, MoveRow, ProposalRow, ProposalState, StandingRow,
    TransactionFileRow, TransactionRow, Usage, VerdictRow,
    open::{SUSPECT_FILE, is_alive},
    verdicts,
};
use crate::{Fault, Result, StoreError};

/// `history.db`, or its likeness in memory.
pub struct SqliteHistory {
    pub(super) db: Mutex<Connection>,
    pub(super) path: PathBuf,
    pub(super) server: i64,
    pub(super) servers: Option<PathBuf>,
    /// Locked as long as this server lives.
    pub(super) _alive: Option<File>,
}

const PROPOSAL: &str =
    "SELECT id, created_ms, state, title, reason, caller, action, body FROM proposals";

const ADD_PROPOSAL: &str =
    "INSERT INTO proposals (id, created_ms, state, title, reason, caller, action, body)
     VALUES (:id, :created_ms, :state, :title, :reason, :caller, :action, :body)";

const MOVE_PROPOSAL: &str = "UPDATE proposals SET state = ?3 WHERE id = ?1 AND state = ?2";

const TRANSACTION: &str =
    "SELECT t.seq, t.id, t.proposal, t.kind, t.root, t.server, t.started_ms, t.finished_ms, t.state,
            p.title, p.caller, p.action
     FROM transactions t JOIN proposals p ON p.id = t.proposal";

const ADD_TRANSACTION: &str =
    "INSERT INTO transactions (id, proposal, kind, root, server, started_ms, finished_ms, state)
     VALUES (:id, :proposal, :kind, :root, :server, :started_ms, :finished_ms, :state)";

const ADD_FILE: &str = "INSERT INTO transaction_files
       (tx, nth, root_nth, path_before, path_after, pre, post, is_secret, standing, flipped, off)
     VALUES (:tx, :nth, :root_nth, :before, :after, :pre, :post, :is_secret, :standing, :flipped,
             :off)";

const FILES: &str =
    "SELECT nth, root_nth, path_before, path_after, pre, post, is_secret, standing, flipped, off
     FROM transaction_files WHERE tx = ?1 ORDER BY nth";

const ADD_BLOB: &str = "INSERT OR IGNORE INTO blobs (key, len, bytes) VALUES (?1, ?2, ?3)";

const SET_POST: &str =
    "UPDATE transaction_files SET path_after = ?3, post = ?4 WHERE tx = ?1 AND nth = ?2";

/// Moves by later transactions that are there, undone ones among them: their undo moves back.
const MOVES: &str = "SELECT t.seq, f.path_before, f.path_after
     FROM transaction_files f JOIN transactions t ON t.id = f.tx
     WHERE t.seq > ?1 AND t.state IN ('applied', 'partial') AND f.standing <> 'untouched'
       AND f.path_before <> f.path_after
     ORDER BY t.seq, f.nth";

const SET_STANDING: &str = "UPDATE transaction_files
     SET standing = ?3, off = coalesce(?4, off) WHERE tx = ?1 AND nth = ?2";

const FINISH: &str = "UPDATE transactions SET state = ?2, finished_ms = ?3 WHERE id = ?1";

/// The oldest proposal that may go: the newest stays, and so does what waits for an answer, and
/// every chain with a transaction under way or a reversal that waits.
/// With a moment: the oldest of those whose whole chain is older.
const OLDEST: &str = "SELECT p.id FROM proposals p
     WHERE p.seq < (SELECT max(seq) FROM proposals) AND p.state NOT IN ('applying', 'pending')
       AND NOT EXISTS (
         SELECT 1 FROM transactions mine
         JOIN transactions other ON other.root = mine.root
         JOIN proposals theirs ON theirs.id = other.proposal
         WHERE mine.proposal = p.id
           AND (other.state = 'started' OR theirs.seq = (SELECT max(seq) FROM proposals)
                OR theirs.state = 'pending' OR ?1 <= theirs.created_ms))
       AND (?1 IS NULL OR p.created_ms < ?1)
     ORDER BY p.seq LIMIT 1";

/// The proposals of all transactions that stand on the same roots as those of a proposal.
const CHAIN_PROPOSALS: &str = "SELECT DISTINCT other.proposal FROM transactions mine
     JOIN transactions other ON other.root = mine.root WHERE mine.proposal = ?1";

const BLOBS_OF_PROPOSAL: &str =
    "SELECT f.pre, f.post FROM transaction_files f JOIN transactions t ON t.id = f.tx
     WHERE t.proposal = ?1";

const DELETE_LOOSE_BLOB: &str = "DELETE FROM blobs WHERE key = ?1
       AND NOT EXISTS (SELECT 1 FROM transaction_files WHERE pre = ?1)
       AND NOT EXISTS (SELECT 1 FROM transaction_files WHERE post = ?1)";

impl SqliteHistory {
    /// The connection. A poisoned lock is taken all the same: SQLite rolled the transaction of the
    /// thread that panicked back.
    fn db(&self) -> MutexGuard<'_, Connection> {
        self.db.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The error for the caller. After damage the next opener looks through all pages.
    fn failed(&self, error: rusqlite::Error) -> StoreError {
        let error = StoreError::new(&self.path, Fault::from(error));
        if let (Fault::Corrupt(_), true) = (&error.fault, self.servers.is_some()) {
            // Without the mark a small history is looked through all the same.
            let _ = File::create(self.path.with_file_name(SUSPECT_FILE));
        }
        error
    }

    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T> {
        read(&self.db()).map_err(|error| self.failed(error))
    }

    /// One transaction that takes the write lock at once, so that what it reads is still so when it
    /// writes.
    pub(super) fn write<T>(
        &self,
        write: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let mut db = self.db();
        let written = (|| {
            let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let res = write(&transaction)?;
            transaction.commit()?;
            Ok(res)
        })();
        written.map_err(|error| self.failed(error))
    }

    fn body(&self, row: &ProposalRow) -> Result<String> {
        serde_json::to_string(&row.body)
            .map_err(|error| StoreError::new(&self.path, Fault::Invalid(error.to_string())))
    }
}

impl History for SqliteHistory {
    fn server(&self) -> i64 {
        self.server
    }

    fn add_verdict(&self, row: &VerdictRow) -> Result<()> {
        self.write(|db| verdicts::add(db, row))
    }

    fn verdict(&self, proposal: &str) -> Result<Option<VerdictRow>> {
        self.read(|db| verdicts::latest(db, proposal))
    }

    fn add_proposal(&self, row: &ProposalRow) -> Result<()> {
        let body = self.body(row)?;
        self.write(|db| {
            db.prepare_cached(ADD_PROPOSAL)?.execute(named_params! {
                ":id": row.id,
                ":created_ms": row.created_ms.cast_signed(),
                ":state": row.state.name(),
                ":title": row.title,
                ":reason": row.reason,
                ":caller": row.caller,
                ":action": row.action,
                ":body": body,
            })?;
            Ok(())
        })
    }

    fn proposal(&self, id: &str) -> Result<Option<ProposalRow>> {
        self.read(|db| {
            let sql = format!("{PROPOSAL} WHERE id = ?1");
            db.prepare_cached(&sql)?.query_row([id], proposal_row).optional()
        })
    }

    fn proposals(&self, n_max: usize) -> Result<Vec<ProposalRow>> {
        self.read(|db| {
            let sql = format!("{PROPOSAL} ORDER BY seq DESC LIMIT ?1");
            db.prepare_cached(&sql)?.query_map([n_max as i64], proposal_row)?.collect()
        })
    }

    fn move_proposal(&self, id: &str, from: ProposalState, to: ProposalState) -> Result<bool> {
        self.write(|db| {
            Ok(db.prepare_cached(MOVE_PROPOSAL)?.execute(params![id, from.name(), to.name()])? == 1)
        })
    }

    fn begin(
        &self,
        row: &TransactionRow,
        files: &[TransactionFileRow],
        blobs: &[BlobRow],
    ) -> Result<bool> {
        self.write(|db| {
            let from = ProposalState::Pending.name();
            let to = ProposalState::Applying.name();
            let moved = db.prepare_cached(MOVE_PROPOSAL)?.execute([&row.proposal, from, to])?;
            if moved != 1 {
                return Ok(false);
            }
            add_blobs(db, blobs)?;
            db.prepare_cached(ADD_TRANSACTION)?.execute(named_params! {
                ":id": row.id,
                ":proposal": row.proposal,
                ":kind": row.kind.name(),
                ":root": row.root,
                ":server": row.server,
                ":started_ms": row.started_ms.cast_signed(),
                ":finished_ms": row.finished_ms.map(u64::cast_signed),
                ":state": row.state.name(),
            })?;
            let mut add = db.prepare_cached(ADD_FILE)?;
            for file in files {
                add.execute(named_params! {
                    ":tx": row.id,
                    ":nth": file.nth,
                    ":root_nth": file.root_nth,
                    ":before": file.before,
                    ":after": file.after,
                    ":pre": file.pre,
                    ":post": file.post,
                    ":is_secret": file.is_secret,
                    ":standing": file.standing.name(),
                    ":flipped": file.flipped.as_deref().map(numbers_text),
                    ":off": numbers_text(&file.off),
                })?;
            }
            Ok(true)
        })
    }

    fn finish(&self, row: &FinishRow) -> Result<()> {
        self.write(|db| {
            add_blobs(db, &row.blobs)?;
            for measured in &row.measured {
                let values = params![row.id, measured.nth, measured.after, measured.post];
                db.prepare_cached(SET_POST)?.execute(values)?;
            }
            let finished_ms = row.finished_ms.cast_signed();
            db.prepare_cached(FINISH)?.execute(params![row.id, row.state.name(), finished_ms])?;
            stand(db, &row.standing)?;
            for (id, state) in &row.proposals {
                let sql = "UPDATE proposals SET state = ?2 WHERE id = ?1";
                db.prepare_cached(sql)?.execute(params![id, state.name()])?;
            }
            Ok(())
        })
    }

    fn transaction(&self, id: &str) -> Result<Option<TransactionRow>> {
        self.read(|db| {
            let sql = format!("{TRANSACTION} WHERE t.id = ?1");
            db.prepare_cached(&sql)?.query_row([id], transaction_row).optional()
        })
    }

    fn transactions(&self, n_max: usize) -> Result<Vec<TransactionRow>> {
        self.read(|db| {
            let sql = format!("{TRANSACTION} ORDER BY t.seq DESC LIMIT ?1");
            db.prepare_cached(&sql)?.query_map([n_max as i64], transaction_row)?.collect()
        })
    }

    fn unfinished(&self) -> Result<Vec<TransactionRow>> {
        let rows: Vec<TransactionRow> = self.read(|db| {
            let sql = format!("{TRANSACTION} WHERE t.state = 'started' ORDER BY t.seq");
            db.prepare_cached(&sql)?.query_map([], transaction_row)?.collect()
        })?;
        let is_gone = |row: &TransactionRow| match &self.servers {
            _ if row.server == self.server => false,
            Some(servers) => !is_alive(servers, row.server),
            None => true,
        };
        Ok(rows.into_iter().filter(is_gone).collect())
    }

    fn chain(&self, root: &str) -> Result<Vec<TransactionRow>> {
        self.read(|db| {
            let sql = format!("{TRANSACTION} WHERE t.root = ?1 ORDER BY t.seq");
            db.prepare_cached(&sql)?.query_map([root], transaction_row)?.collect()
        })
    }

    fn transaction_files(&self, id: &str) -> Result<Vec<TransactionFileRow>> {
        self.read(|db| db.prepare_cached(FILES)?.query_map([id], file_row)?.collect())
    }

    fn transaction_of(&self, proposal: &str) -> Result<Option<TransactionRow>> {
        self.read(|db| {
            let sql = format!("{TRANSACTION} WHERE t.proposal = ?1 ORDER BY t.seq DESC LIMIT 1");
            db.prepare_cached(&sql)?.query_row([proposal], transaction_row).optional()
        })
    }

    fn moves_after(&self, seq: i64) -> Result<Vec<MoveRow>> {
        self.read(|db| {
            db.prepare_cached(MOVES)?
                .query_map([seq], |row| {
                    Ok(MoveRow { seq: row.get(0)?, from: row.get(1)?, to: row.get(2)? })
                })?
                .collect()
        })
    }

    fn blob(&self, key: &BlobKey) -> Result<Option<Vec<u8>>> {
        self.read(|db| {
            let sql = "SELECT bytes FROM blobs WHERE key = ?1";
            db.prepare_cached(sql)?.query_row([key], |row| row.get(0)).optional()
        })
    }

    fn set_standing(&self, rows: &[StandingRow]) -> Result<()> {
        self.write(|db| stand(db, rows))
    }

    fn set_root_standing(
        &self,
        rows: &[StandingRow],
        proposal: &str,
        state: ProposalState,
    ) -> Result<()> {
        self.write(|db| {
            stand(db, rows)?;
            let sql = "UPDATE proposals SET state = ?2 WHERE id = ?1";
            db.prepare_cached(sql)?.execute(params![proposal, state.name()])?;
            Ok(())
        })
    }

    fn usage(&self) -> Result<Usage> {
        self.read(usage)
    }

    fn forget_oldest(&self, keep: &Keep) -> Result<Usage> {
        self.write(|db| {
            let oldest = |before_ms: Option<i64>| -> rusqlite::Result<Option<String>> {
                let mut oldest = db.prepare_cached(OLDEST)?;
                oldest.query_row([before_ms], |row| row.get(0)).optional()
            };
            let before = usage(db)?;
            while let Some(id) = oldest(Some(keep.since_ms.cast_signed()))? {
                forget(db, &id)?;
            }
            let mut now = usage(db)?;
            while keep.proposals < now.proposals || keep.blob_bytes < now.blob_bytes {
                let Some(id) = oldest(None)? else { break };
                forget(db, &id)?;
                now = usage(db)?;
            }
            Ok(Usage {
                proposals: before.proposals - now.proposals,
                transactions: before.transactions - now.transactions,
                blob_bytes: before.blob_bytes - now.blob_bytes,
            })
        })
    }
}

fn add_blobs(db: &Connection, blobs: &[BlobRow]) -> rusqlite::Result<()> {
    let mut add = db.prepare_cached(ADD_BLOB)?;
    for blob in blobs {
        add.execute(params![blob.key, blob.bytes.len() as i64, blob.bytes])?;
    }
    Ok(())
}

fn stand(db: &Connection, rows: &[StandingRow]) -> rusqlite::Result<()> {
    let mut set = db.prepare_cached(SET_STANDING)?;
    for row in rows {
        let off = row.off.as_deref().map(numbers_text);
        set.execute(params![row.transaction, row.nth, row.standing.name(), off])?;
    }
    Ok(())
}

fn usage(db: &Connection) -> rusqlite::Result<Usage> {
    let sql = "SELECT (SELECT count(*) FROM proposals), (SELECT count(*) FROM transactions),
                      (SELECT coalesce(sum(len), 0) FROM blobs)";
    db.prepare_cached(sql)?.query_row([], |row| {
        let count = |nth| row.get::<_, i64>(nth).map(i64::cast_unsigned);
        Ok(Usage { proposals: count(0)?, transactions: count(1)?, blob_bytes: count(2)? })
    })
}

/// Deletes a proposal with every chain that one of its transactions belongs to.
fn forget(db: &Connection, proposal: &str) -> rusqlite::Result<()> {
    let mut proposals: Vec<String> = db
        .prepare_cached(CHAIN_PROPOSALS)?
        .query_map([proposal], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    proposals.push(proposal.to_owned());
    let mut keys: Vec<Option<BlobKey>> = Vec::new();
    for proposal in &proposals {
        let mut blobs = db.prepare_cached(BLOBS_OF_PROPOSAL)?;
        let mut rows = blobs.query([proposal])?;
        while let Some(row) = rows.next()? {
            keys.push(row.get(0)?);
            keys.push(row.get(1)?);
        }
    }
    for proposal in &proposals {
        db.prepare_cached("DELETE FROM proposals WHERE id = ?1")?.execute([proposal])?;
    }
    for key in keys.into_iter().flatten() {
        db.prepare_cached(DELETE_LOOSE_BLOB)?.execute([key])?;
    }
    Ok(())
}

fn proposal_row(row: &Row<'_>) -> rusqlite::Result<ProposalRow> {
    let body: String = row.get(7)?;
    Ok(ProposalRow {
        id: row.get(0)?,
        created_ms: row.get::<_, i64>(1)?.cast_unsigned(),
        state: named(row, 2, ProposalState::from_name)?,
        title: row.get(3)?,
        reason: row.get(4)?,
        caller: row.get(5)?,
        action: row.get(6)?,
        body: serde_json::from_str(&body).map_err(|error| wrong(7, error.into()))?,
    })
}

fn transaction_row(row: &Row<'_>) -> rusqlite::Result<TransactionRow> {
    Ok(TransactionRow {
        seq: row.get(0)?,
        id: row.get(1)?,
        proposal: row.get(2)?,
        kind: named(row, 3, super::TransactionKind::from_name)?,
        root: row.get(4)?,
        server: row.get(5)?,
        started_ms: row.get::<_, i64>(6)?.cast_unsigned(),
        finished_ms: row.get::<_, Option<i64>>(7)?.map(i64::cast_unsigned),
        state: named(row, 8, super::TransactionState::from_name)?,
        title: row.get(9)?,
        caller: row.get(10)?,
        action: row.get(11)?,
    })
}

fn file_row(row: &Row<'_>) -> rusqlite::Result<TransactionFileRow> {
    Ok(TransactionFileRow {
        nth: row.get(0)?,
        root_nth: row.get(1)?,
        before: row.get(2)?,
        after: row.get(3)?,
        pre: row.get(4)?,
        post: row.get(5)?,
        is_secret: row.get(6)?,
        standing: named(row, 7, super::FileStanding::from_name)?,
        flipped: row.get::<_, Option<String>>(8)?.map(|it| numbers(8, &it)).transpose()?,
        off: numbers(9, &row.get::<_, String>(9)?)?,
    })
}

/// Numbers as a column holds them: `0,2,3`.
fn numbers_text(numbers: &[u32]) -> String {
    numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}

fn numbers(nth: usize, text: &str) -> rusqlite::Result<Vec<u32>> {
    let numbers = text.split(',').filter(|it| !it.is_empty());
    let numbers = numbers.map(|it| it.parse().map_err(|_| wrong(nth, it.into())));
    numbers.collect()
}

fn named<T>(
    row: &Row<'_>,
    nth: usize,
    from_name: impl FnOnce(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    let name: String = row.get(nth)?;
    from_name(&name).ok_or_else(|| wrong(nth, format!("unknown name `{name}`").into()))
}

fn wrong(nth: usize, error: Box<dyn std::error::Error + Send + Sync>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(nth, rusqlite::types::Type::Text, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{
        FileStanding, ProposalBody, TransactionKind, TransactionState, open_history,
    };

    #[test]
    fn a_full_disk_is_told_and_leaves_the_history_whole() {
        let dir = tempfile::tempdir().unwrap();
        let history = open_history(dir.path(), 1).unwrap().history;
        let proposal = ProposalRow {
            id: "p1".to_owned(),
            created_ms: 1,
            state: ProposalState::Pending,
            title: String::new(),
            reason: String::new(),
            caller: String::new(),
            action: String::new(),
            body: ProposalBody::default(),
        };
        history.add_proposal(&proposal).unwrap();
        // SQLite's own limit of pages fails as a full disk does.
        let n_pages: i64 =
            history.db().pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        history.db().pragma_update(None, "max_page_count", n_pages + 1).unwrap();
        let row = TransactionRow {
            seq: 0,
            id: "t1".to_owned(),
            proposal: "p1".to_owned(),
            kind: TransactionKind::Apply,
            root: "t1".to_owned(),
            server: history.server(),
            started_ms: 1,
            finished_ms: None,
            state: TransactionState::Started,
            title: String::new(),
            caller: String::new(),
            action: String::new(),
        };
        let file = TransactionFileRow {
            nth: 0,
            root_nth: 0,
            before: Some("/w/a".to_owned()),
            after: None,
            pre: Some([9; 32]),
            post: None,
            is_secret: false,
            standing: FileStanding::Untouched,
            flipped: None,
            off: Vec::new(),
        };
        let blob = BlobRow { key: [9; 32], bytes: vec![9; 1_000_000] };
        let error = history.begin(&row, &[file], &[blob]).unwrap_err();
        assert!(matches!(error.fault, Fault::Full), "{error}");
        drop(history);
        let history = open_history(dir.path(), 1).unwrap().history;
        assert_eq!(history.transaction("t1").unwrap(), None);
        assert_eq!(history.proposal("p1").unwrap(), Some(proposal));
    }
}
