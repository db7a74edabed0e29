-- Hunks of a file, taken back and brought back one by one. `flipped` are those that a reversal was
-- about, by their number in the root transaction's file; NULL: all of the file. `off` are those that
-- are taken back while the rest of the file stands; meaningful in root transactions.
ALTER TABLE transaction_files ADD COLUMN flipped TEXT;
ALTER TABLE transaction_files ADD COLUMN off TEXT NOT NULL DEFAULT '';
