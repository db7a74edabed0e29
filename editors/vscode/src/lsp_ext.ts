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
