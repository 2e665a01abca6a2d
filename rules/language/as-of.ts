// The instant rules are evaluated at. Windows over history end before `now`, so that of this millisecond counts from the next.
import type { Clock } from '../../core/index.ts';

export const asOf = (clock: Clock): number => clock.now() + 1;
