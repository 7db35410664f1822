/** What of a store cannot be read is as if it were not there: for who brings it back. */
import { isFlowError } from '../../definition/errors';

/** What is read of the store. Undefined in place of FLOW_STORE_CORRUPT. */
export async function unlessDamaged<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (isFlowError(error) && error.code === 'FLOW_STORE_CORRUPT') return undefined;
    throw error;
  }
}
