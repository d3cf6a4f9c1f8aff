import type { Material } from './material.ts';
import type { Target } from './target.ts';
import { answerTargets } from './targets/answers.ts';
import { bridgeTargets } from './targets/bridge.ts';
import { certificateTargets } from './targets/certificates.ts';
import { commandTargets } from './targets/commands.ts';
import { ipcTargets } from './targets/ipc.ts';
import { policyTargets } from './targets/policies.ts';
import { storedTargets } from './targets/stored.ts';
import { typedTargets } from './targets/typed.ts';
import { updateTargets } from './targets/updates.ts';

/** Everything that reads what comes from outside, in the order of the table. */
export async function allTargets(material: Material): Promise<Target[]> {
  return [
    ...typedTargets(),
    ...answerTargets(material),
    ...certificateTargets(material),
    ...(await storedTargets(material)),
    ...policyTargets(material),
    ...updateTargets(),
    ...ipcTargets(),
    ...(await commandTargets()),
    ...(await bridgeTargets()),
  ];
}
