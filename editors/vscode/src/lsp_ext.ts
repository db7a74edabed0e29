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

// A client that declares `experimental.aios.save` is told which documents a change was made in.
export const saveDocuments = new NotificationType<{ uris: string[] }>('aios/save');

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
  files: {
    uri: string;
    standing: string;
    stands: boolean;
    // Hunks that are taken back while the rest stands, as `Part.id`.
    off: string[];
  }[];
}

// A symbol, pointed at.
export interface Place {
  textDocument: { uri: string };
  position: { line: number; character: number };
}

// One symbol of an answer about the graph.
export interface GraphItem {
  name: string;
  kind: string;
  location: Location;
  depth: number;
  // The index of the item that it was reached from.
  from: number | null;
  test: boolean;
  // How it was found, and where it stands in the text.
  edge: { kind: string; resolution: string; sites: Location[] } | null;
}

export interface GraphAnswer {
  items: GraphItem[];
  coverage: { sameName: number; waiting: number };
  limit: { what: string; max: number; leftOut: number } | null;
  notes: string[];
}

// What agents and workflows did, newest first.
export interface Runs {
  runs: AgentRun[];
  workflows: { run: string; workflow: string; state: string; message: string; beganMs: number }[];
}

// A run of an agent, as it is kept.
export interface AgentRun {
  transcript: string;
  agent: string;
  // What it was for.
  cause: string;
  state: string;
  message: string;
  beganMs: number;
  steps: number;
  tokens: number;
}

// An agent, and what it can do.
export interface Agent {
  agent: string;
  state: string;
  // Why it may not act.
  blocked: string | null;
  capabilities: {
    name: string;
    description: string;
    // Why it cannot be had now.
    disabled: string | null;
    // The parameter that the user's words are.
    prompt: string | null;
    parameters: { name: string; required: boolean }[];
  }[];
}

// A document that is shown was written anew.
export const documentChanged = new NotificationType<{ uri: string }>('aios/documentChanged');

// A run under way.
export interface RunningRun {
  run: string;
  title: string;
  message: string | null;
  cancellable: boolean;
}
