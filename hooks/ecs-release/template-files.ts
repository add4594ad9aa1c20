/** The files that a release is made of, and what is filled into them; the stack renders the first two. */
export const taskDefinitionFile = "taskdef.json";
/** The input of ECS's UpdateService. */
export const serviceUpdateFile = "service.json";
/** The build's: `{"ImageURI": "repository@sha256:…"}`. Source: CodePipeline user guide, file-reference. */
export const imageFile = "imageDetail.json";

/** Stands in taskdef.json for the image. */
export const imagePlaceholder = "<IMAGE1_NAME>";
/** Stands in service.json for the new revision's ARN. */
export const taskDefinitionPlaceholder = "<TASK_DEFINITION>";
