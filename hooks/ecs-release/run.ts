import { codePipeline } from "../aws";

/** Whether somebody has stopped the run that this job belongs to. */
export async function isStopped(pipelineName: string, pipelineExecutionId: string): Promise<boolean> {
  const client = await codePipeline();
  const { pipelineExecution } = await client.getPipelineExecution({ pipelineName, pipelineExecutionId });
  return /^Stopp(ing|ed)$/.test(pipelineExecution?.status ?? "");
}
