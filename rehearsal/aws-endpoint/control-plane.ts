import type {
  BatchGetDeploymentTargetsInput,
  BatchGetDeploymentTargetsOutput,
  ListDeploymentTargetsInput,
  ListDeploymentTargetsOutput,
  PutLifecycleEventHookExecutionStatusInput,
  PutLifecycleEventHookExecutionStatusOutput,
} from "@aws-sdk/client-codedeploy";
import type { DescribeNetworkInterfacesRequest, DescribeNetworkInterfacesResult } from "@aws-sdk/client-ec2";
import type {
  DescribeListenersInput,
  DescribeListenersOutput,
  DescribeTargetHealthInput,
  DescribeTargetHealthOutput,
} from "@aws-sdk/client-elastic-load-balancing-v2";

type Answer<T> = T | Promise<T>;

/**
 * The operations of AWS that a function under rehearsal may call, in the SDK's own types.
 *
 * A method that throws `AwsError` answers with that error. Required members may be missing, as in the SDK's types: AWS
 * checks them, and so does whoever implements this.
 */
export interface AwsControlPlane {
  listDeploymentTargets(input: ListDeploymentTargetsInput): Answer<ListDeploymentTargetsOutput>;
  batchGetDeploymentTargets(input: BatchGetDeploymentTargetsInput): Answer<BatchGetDeploymentTargetsOutput>;
  putLifecycleEventHookExecutionStatus(
    input: PutLifecycleEventHookExecutionStatusInput,
  ): Answer<PutLifecycleEventHookExecutionStatusOutput>;
  describeListeners(input: DescribeListenersInput): Answer<DescribeListenersOutput>;
  describeTargetHealth(input: DescribeTargetHealthInput): Answer<DescribeTargetHealthOutput>;
  describeNetworkInterfaces(input: DescribeNetworkInterfacesRequest): Answer<DescribeNetworkInterfacesResult>;
}

/** An answer that is an error of AWS: `code` as in the API reference, such as `ThrottlingException`. */
export class AwsError extends Error {
  override readonly name = "AwsError";

  /** @param status HTTP status; below 500 the caller is to blame. */
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}
