import type { DescribeAlarmsInput, DescribeAlarmsOutput } from "@aws-sdk/client-cloudwatch";
import type {
  BatchGetDeploymentTargetsInput,
  BatchGetDeploymentTargetsOutput,
  ListDeploymentTargetsInput,
  ListDeploymentTargetsOutput,
  PutLifecycleEventHookExecutionStatusInput,
  PutLifecycleEventHookExecutionStatusOutput,
} from "@aws-sdk/client-codedeploy";
import type {
  GetPipelineExecutionInput,
  GetPipelineExecutionOutput,
  PutJobFailureResultInput,
  PutJobSuccessResultInput,
} from "@aws-sdk/client-codepipeline";
import type { DescribeNetworkInterfacesRequest, DescribeNetworkInterfacesResult } from "@aws-sdk/client-ec2";
import type {
  ContinueServiceDeploymentRequest,
  ContinueServiceDeploymentResponse,
  DescribeServiceDeploymentsRequest,
  DescribeServiceDeploymentsResponse,
  DescribeServiceRevisionsRequest,
  DescribeServiceRevisionsResponse,
  DescribeServicesRequest,
  DescribeServicesResponse,
  DescribeTaskDefinitionRequest,
  DescribeTaskDefinitionResponse,
  ListServiceDeploymentsRequest,
  ListServiceDeploymentsResponse,
  RegisterTaskDefinitionRequest,
  RegisterTaskDefinitionResponse,
  StopServiceDeploymentRequest,
  StopServiceDeploymentResponse,
  UpdateServiceRequest,
  UpdateServiceResponse,
} from "@aws-sdk/client-ecs";
import type {
  DescribeListenersInput,
  DescribeListenersOutput,
  DescribeRulesInput,
  DescribeRulesOutput,
  DescribeTargetHealthInput,
  DescribeTargetHealthOutput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { GetObjectRequest } from "@aws-sdk/client-s3";
import type { GetParameterRequest, GetParameterResult } from "@aws-sdk/client-ssm";

type Answer<T> = T | Promise<T>;

/**
 * The operations of AWS that a function under rehearsal may call, in the SDK's own types.
 *
 * A method that throws `AwsError` answers with that error. Required members may be missing, as in the SDK's types: AWS
 * checks them, and so does whoever implements this.
 */
export interface AwsOperations {
  listDeploymentTargets(input: ListDeploymentTargetsInput): Answer<ListDeploymentTargetsOutput>;
  batchGetDeploymentTargets(input: BatchGetDeploymentTargetsInput): Answer<BatchGetDeploymentTargetsOutput>;
  putLifecycleEventHookExecutionStatus(
    input: PutLifecycleEventHookExecutionStatusInput,
  ): Answer<PutLifecycleEventHookExecutionStatusOutput>;
  describeListeners(input: DescribeListenersInput): Answer<DescribeListenersOutput>;
  describeRules(input: DescribeRulesInput): Answer<DescribeRulesOutput>;
  describeTargetHealth(input: DescribeTargetHealthInput): Answer<DescribeTargetHealthOutput>;
  describeNetworkInterfaces(input: DescribeNetworkInterfacesRequest): Answer<DescribeNetworkInterfacesResult>;
  registerTaskDefinition(input: RegisterTaskDefinitionRequest): Answer<RegisterTaskDefinitionResponse>;
  describeTaskDefinition(input: DescribeTaskDefinitionRequest): Answer<DescribeTaskDefinitionResponse>;
  describeServices(input: DescribeServicesRequest): Answer<DescribeServicesResponse>;
  updateService(input: UpdateServiceRequest): Answer<UpdateServiceResponse>;
  listServiceDeployments(input: ListServiceDeploymentsRequest): Answer<ListServiceDeploymentsResponse>;
  describeServiceDeployments(input: DescribeServiceDeploymentsRequest): Answer<DescribeServiceDeploymentsResponse>;
  describeServiceRevisions(input: DescribeServiceRevisionsRequest): Answer<DescribeServiceRevisionsResponse>;
  stopServiceDeployment(input: StopServiceDeploymentRequest): Answer<StopServiceDeploymentResponse>;
  continueServiceDeployment(input: ContinueServiceDeploymentRequest): Answer<ContinueServiceDeploymentResponse>;
  putJobSuccessResult(input: PutJobSuccessResultInput): Answer<void>;
  putJobFailureResult(input: PutJobFailureResultInput): Answer<void>;
  getPipelineExecution(input: GetPipelineExecutionInput): Answer<GetPipelineExecutionOutput>;
  describeAlarms(input: DescribeAlarmsInput): Answer<DescribeAlarmsOutput>;
  getParameter(input: GetParameterRequest): Answer<GetParameterResult>;
  /** The object's content. */
  getObject(input: GetObjectRequest): Answer<Buffer>;
}

/** Those of them that somebody answers here; to the others the endpoint says that it does not know them. */
export type AwsControlPlane = Partial<AwsOperations>;

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
