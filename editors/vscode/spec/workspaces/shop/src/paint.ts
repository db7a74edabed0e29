import { mix } from './colour';

export function paint(): number {
  return mix(0, 255);
}
