import { stringify } from "yaml";
import { buildFromCache, openCache } from "./build-cache";
import { arm64Suffix } from "../image-repository";
import { scanGateCommand } from "./scan-gate";

export interface BuildspecArgs {
  /** Whether ECR's findings may stop the build; then it needs the variable SCAN_SEVERITIES. @default false */
  readonly scanGate?: boolean;
  /** Whether steps come from a cache; then it needs the variables CACHE_REPOSITORY_URI and CACHE_TAG_FORMAT. @default false */
  readonly buildCache?: boolean;
}

/**
 * Ends the build at once, naming every variable that is missing: a build by hand is the usual reason. The tag says the architecture
 * where it is not X86_64, so that a stack which changes its own builds a commit again: tasks cannot start the other's image.
 */
const checkVariables = `\
set -euo pipefail
echo "Checking the build's variables"
missing=""
for name in REPOSITORY_URI IMAGE_PLATFORM AWS_DEFAULT_REGION CODEBUILD_RESOLVED_SOURCE_VERSION; do
  if [ -z "\${!name:-}" ]; then missing="$missing $name"; fi
done
if [ -n "$missing" ]; then
  echo "Missing environment variables:$missing. The pipeline's build project sets them; start this build through the pipeline." >&2
  exit 1
fi
if ! [[ "$CODEBUILD_RESOLVED_SOURCE_VERSION" =~ ^[0-9a-f]{40}$ ]]; then
  echo "CODEBUILD_RESOLVED_SOURCE_VERSION must be a full commit id of 40 hexadecimal digits, but is $CODEBUILD_RESOLVED_SOURCE_VERSION" >&2
  exit 1
fi
IMAGE_TAG="$CODEBUILD_RESOLVED_SOURCE_VERSION"
if [ "$IMAGE_PLATFORM" = linux/arm64 ]; then IMAGE_TAG="$IMAGE_TAG${arm64Suffix}"; fi
export IMAGE_TAG
export REPOSITORY_NAME="\${REPOSITORY_URI#*/}"
echo "Commit $CODEBUILD_RESOLVED_SOURCE_VERSION, directory $APP_DIRECTORY, platform $IMAGE_PLATFORM"
`;

/** Source: Amazon ECR user guide, registry_auth. */
export const logIn = `\
set -euo pipefail
echo "Logging in to \${REPOSITORY_URI%%/*}"
aws ecr get-login-password --region "$AWS_DEFAULT_REGION" | docker login --username AWS --password-stdin "\${REPOSITORY_URI%%/*}"
`;

/** Only ImageNotFoundException means that there is something to build; AccessDenied, say, must end the build. */
export const lookUp = `\
set -euo pipefail
echo "Looking for the image of this commit in $REPOSITORY_NAME"
errors=$(mktemp)
if IMAGE_DIGEST=$(aws ecr describe-images --region "$AWS_DEFAULT_REGION" --repository-name "$REPOSITORY_NAME" --image-ids imageTag="$IMAGE_TAG" --query 'imageDetails[0].imageDigest' --output text 2>"$errors"); then
  echo "It was built before: $IMAGE_DIGEST"
elif grep -q ImageNotFoundException "$errors"; then
  IMAGE_DIGEST=""
  echo "It is not there yet"
else
  echo "The repository did not answer whether the image is there:" >&2
  cat "$errors" >&2
  rm -f "$errors"
  exit 1
fi
rm -f "$errors"
export IMAGE_DIGEST
`;

/**
 * Tags are immutable. When another build of the same commit was quicker, this push is refused and the image is there
 * all the same: only a tag that cannot be found after the push is a failure.
 */
const buildAndPush = `\
set -euo pipefail
if [ -n "$IMAGE_DIGEST" ]; then
  echo "Nothing to build: one commit is built once"
else
  if ! [ -f "$APP_DIRECTORY/Dockerfile" ]; then
    echo "There is no Dockerfile in the directory $APP_DIRECTORY of this commit; the setting for the app's directory names another place, or the file was not committed." >&2
    exit 1
  fi
  echo "Building $REPOSITORY_URI:$IMAGE_TAG"
  image=(--platform "$IMAGE_PLATFORM" --build-arg COMMIT_ID="$CODEBUILD_RESOLVED_SOURCE_VERSION" --tag "$REPOSITORY_URI:$IMAGE_TAG" "$APP_DIRECTORY")
  push_status=0
  if [ -n "\${BUILD_CACHE:-}" ]; then
    ${buildFromCache} "\${image[@]}" || push_status=$?
  else
    docker build "\${image[@]}"
    docker push "$REPOSITORY_URI:$IMAGE_TAG" || push_status=$?
  fi
  if [ "$push_status" -ne 0 ]; then
    echo "The image was not pushed; looking whether another build of this commit pushed it first"
  fi
  IMAGE_DIGEST=$(aws ecr describe-images --region "$AWS_DEFAULT_REGION" --repository-name "$REPOSITORY_NAME" --image-ids imageTag="$IMAGE_TAG" --query 'imageDetails[0].imageDigest' --output text)
fi
export IMAGE_DIGEST
`;

/** Beside imageDetail.json, for the stacks that the image is promoted to: its tag there. */
export const commitFile = "commit.txt";

/**
 * Pinned by digest from here on. What the commit has by these names is removed first: a link would be written through.
 * Source: CodePipeline user guide, file-reference, "imageDetail.json".
 */
export const writeImageDetail = `\
set -euo pipefail
case "$IMAGE_DIGEST" in
  sha256:*) ;;
  *) echo "The repository gave no digest for $IMAGE_TAG, but: $IMAGE_DIGEST" >&2; exit 1 ;;
esac
rm -rf imageDetail.json ${commitFile}
printf '{"ImageURI":"%s@%s"}\\n' "$REPOSITORY_URI" "$IMAGE_DIGEST" > imageDetail.json
printf '%s\\n' "$IMAGE_TAG" > ${commitFile}
echo "The release deploys $REPOSITORY_URI@$IMAGE_DIGEST"
`;

/**
 * The buildspec of the pipeline's build, as YAML. It is the same for every app: what differs comes through the build
 * project's environment variables REPOSITORY_URI, IMAGE_PLATFORM (linux/amd64 or linux/arm64) and APP_DIRECTORY (the
 * Dockerfile's directory in the repository, by default its root).
 *
 * Every command stands on its own and hands on exported variables only, which is all that CodeBuild promises to keep.
 * Source: CodeBuild user guide, build-spec-ref.
 */
export function renderBuildspec({ scanGate = false, buildCache = false }: BuildspecArgs = {}): string {
  const buildspec = {
    version: 0.2,
    env: {
      shell: "bash",
      variables: {
        APP_DIRECTORY: ".",
        // One tag, one manifest: no second one for provenance, which a lifecycle policy would see as an untagged image.
        BUILDX_NO_DEFAULT_ATTESTATIONS: "1",
      },
    },
    phases: {
      pre_build: { commands: [checkVariables, logIn, lookUp, ...(buildCache ? [openCache] : [])] },
      build: {
        commands: [buildAndPush, ...(scanGate ? [scanGateCommand] : []), writeImageDetail],
      },
    },
    artifacts: { files: ["imageDetail.json", commitFile] },
  };
  return stringify(buildspec, { lineWidth: 0, blockQuote: "literal" });
}
