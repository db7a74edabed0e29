// What the server says beyond the protocol, as `server/lsp/README.md` describes it.
import { NotificationType, type Location } from 'vscode-languageclient/node';

export interface ServerStatus {
  health: 'ok' | 'warning' | 'error';
  quiescent: boolean;
  message?: string;
  revision: number;
  files: number;
  indexed: number;
  skipped: number;
  readOnly: boolean;
}

export const serverStatus = new NotificationType<ServerStatus>('aios/serverStatus');

// Which requests other servers answer, by language.
export const otherServers = new NotificationType<{ languages: Record<string, string[]> }>(
  'aios/otherServers',
);

export interface SearchHit {
  location?: Location;
  path: string;
  symbol?: string | null;
  score: number;
  why: string;
}

export interface SearchAnswer {
  hits: SearchHit[];
  retrievers: string[];
  absent: string[];
  lagging: string[];
}

// How a command ended that was called with `wait: true`.
export interface RunEnd {
  run: string;
  outcome: 'applied' | 'partial' | 'declined' | 'proposed' | 'rejected' | 'refused' | 'cancelled' | 'failed' | 'indexed';
  proposal?: string;
  transaction?: string;
  document?: string;
  message?: string;
}

// A client that declares `experimental.aios.review` is told which proposal waits to be reviewed.
export const reviewProposal = new NotificationType<{ proposal: string }>('aios/review');

export interface Lines {
  start: number;
  lines: number;
}

export interface Part {
  id: string;
  kind: 'hunk' | 'hidden' | 'create' | 'delete' | 'move';
  reasons: string[];
  old: Lines;
  new: Lines;
  oldText?: string | null;
  newText?: string | null;
}

export interface ReviewedFile {
  uri: string | null;
  newUri: string | null;
  path: string;
  kind: 'edit' | 'create' | 'delete' | 'move';
  version?: number | null;
  secret: boolean;
  parts: Part[];
}

export interface Review {
  proposal: string;
  title: string;
  reason: string;
  state: string;
  risk: 'low' | 'medium' | 'high';
  riskReasons: string[];
  files: ReviewedFile[];
  left: unknown[];
}

export interface PendingProposal {
  proposal: string;
  title: string;
  reason: string;
  caller: string;
  risk: string;
  createdMs: number;
  // URIs.
  files: string[];
}

export interface Transaction {
  transaction: string;
  proposal: string;
  title: string;
  kind: 'apply' | 'undo' | 'redo';
  caller: string;
  startedMs: number;
  // In words: what of it is in force.
  standing: string;
  // True where some of it can be taken back.
  stands: boolean;
  files: { uri: string; standing: string; stands: boolean }[];
}
