// The catalogue's errors of levels and points.
import { defineError } from '../../core/index.ts';

export const LevelNotFound = defineError('LEVEL_NOT_FOUND', 404, 'No such level.', (key: string) => `No level ${key}.`);
/** Nothing was taken. Points that are pending are not available. */
export const PointsShort = defineError(
  'POINTS_SHORT',
  409,
  'There are fewer points available than are to be spent.',
  (points: number) => `Fewer than ${points} points are available.`,
);
