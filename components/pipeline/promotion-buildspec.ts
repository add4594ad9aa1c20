import { stringify } from "yaml";
import { type BuildspecArgs, commitFile, logIn, lookUp, writeImageDetail } from "./buildspec";
import { scanGateCommand } from "./scan-gate";
import { arm64Suffix } from "../image-repository";

/** What the stack before has released. An image from elsewhere is refused, whoever wrote the file. */
const readRelease = `\
set -euo pipefail
echo "Reading what $SOURCE_REPOSITORY_URI released"
SOURCE_IMAGE=$(sed -n 's/.*"ImageURI" *: *"\\([^"]*\\)".*/\\1/p' imageDetail.json)
IMAGE_TAG=$(tr -d '[:space:]' < ${commitFile})
if ! [[ "$SOURCE_IMAGE" =~ @(sha256:[0-9a-f]{64})$ ]] || [ "\${SOURCE_IMAGE%@*}" != "$SOURCE_REPOSITORY_URI" ]; then
  echo "imageDetail.json names $SOURCE_IMAGE; expected an image of $SOURCE_REPOSITORY_URI by digest. The setting promoteFrom names another repository, or something else wrote the file." >&2
  exit 1
fi
export SOURCE_DIGEST="\${SOURCE_IMAGE#*@}"
if ! [[ "$IMAGE_TAG" =~ ^[0-9a-f]{40}(${arm64Suffix})?$ ]]; then
  echo "${commitFile} must be a full commit id of 40 hexadecimal digits, with ${arm64Suffix} behind it for an image of that architecture, but is $IMAGE_TAG" >&2
  exit 1
fi
export SOURCE_IMAGE IMAGE_TAG
export REPOSITORY_NAME="\${REPOSITORY_URI#*/}"
echo "Commit $IMAGE_TAG, image $SOURCE_IMAGE"
`;

const logInThere = `\
set -euo pipefail
SOURCE_REGISTRY="\${SOURCE_REPOSITORY_URI%%/*}"
echo "Logging in to $SOURCE_REGISTRY"
SOURCE_REGION=$(echo "$SOURCE_REGISTRY" | cut -d . -f 4)
aws ecr get-login-password --region "$SOURCE_REGION" | docker login --username AWS --password-stdin "$SOURCE_REGISTRY"
`;

/**
 * A manifest is copied as it is, and its layers with it; pulling and pushing might pack them anew, under other digests.
 * Source: Docker CLI reference, buildx imagetools create, --prefer-index.
 */
const copyImage = `\
set -euo pipefail
if [ -n "$IMAGE_DIGEST" ]; then
  echo "Nothing to copy: one image is copied once"
else
  echo "Copying $SOURCE_IMAGE to $REPOSITORY_URI:$IMAGE_TAG"
  copy_status=0
  docker buildx imagetools create --prefer-index=false --tag "$REPOSITORY_URI:$IMAGE_TAG" "$SOURCE_IMAGE" || copy_status=$?
  if [ "$copy_status" -ne 0 ]; then
    echo "The copy was refused; looking whether another run made it first"
  fi
  IMAGE_DIGEST=$(aws ecr describe-images --region "$AWS_DEFAULT_REGION" --repository-name "$REPOSITORY_NAME" --image-ids imageTag="$IMAGE_TAG" --query 'imageDetails[0].imageDigest' --output text)
fi
if [ "$IMAGE_DIGEST" != "$SOURCE_DIGEST" ]; then
  echo "The tag $IMAGE_TAG is $IMAGE_DIGEST here, but $SOURCE_DIGEST is what was released before. What ships must be what was tested." >&2
  exit 1
fi
export IMAGE_DIGEST
`;

/**
 * The buildspec of a pipeline that promotes: instead of building it copies what another stack has released, and checks
 * that it is the same by digest. Its variables are REPOSITORY_URI and SOURCE_REPOSITORY_URI.
 */
export function renderPromotionBuildspec({ scanGate = false }: BuildspecArgs = {}): string {
  const buildspec = {
    version: 0.2,
    env: { shell: "bash" },
    phases: {
      pre_build: { commands: [readRelease, logIn, logInThere, lookUp] },
      build: { commands: [copyImage, ...(scanGate ? [scanGateCommand] : []), writeImageDetail] },
    },
    artifacts: { files: ["imageDetail.json", commitFile] },
  };
  return stringify(buildspec, { lineWidth: 0, blockQuote: "literal" });
}
