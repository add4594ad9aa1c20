import type * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../policy";

/** From bad to harmless. Source: ECR API, FindingSeverity, as far as one can choose among them. */
export const severities = ["CRITICAL", "HIGH", "MEDIUM", "LOW"] as const;

/** Stops a release whose image ECR's scan found something in. */
export interface ScanGateArgs {
  /** A finding of this severity, or of a worse one, stops the release. */
  readonly severity: (typeof severities)[number];
}

/** The build's variable for the gate: the severities that stop a release. */
export function scanGateVariables({ severity }: ScanGateArgs): { name: string; value: string }[] {
  const value = severities.slice(0, severities.indexOf(severity) + 1).join(",");
  return [{ name: "SCAN_SEVERITIES", value }];
}

/** Source: ECR user guide, image-scanning-basic and image-scanning-enhanced-iam. */
export function scanGateStatements(repositoryArn: pulumi.Input<string>): Statement[] {
  return [
    { actions: ["ecr:DescribeImageScanFindings"], resources: [repositoryArn] },
    // Enhanced findings come from Inspector, which has no resource level for lists.
    { actions: ["inspector2:ListCoverage", "inspector2:ListFindings"], resources: ["*"] },
  ];
}

/**
 * A step of the build, after the push. The CLI's own waiter knows basic scanning alone, and takes a scan that has yet to
 * begin for a failure. Source: AWS CLI, ecr wait image-scan-complete and describe-image-scan-findings.
 */
export const scanGateCommand = `\
set -euo pipefail
echo "Waiting for ECR's scan of $IMAGE_DIGEST"
scan_findings() {
  aws ecr describe-image-scan-findings --region "$AWS_DEFAULT_REGION" --repository-name "$REPOSITORY_NAME" --image-id imageDigest="$IMAGE_DIGEST" --output text "$@"
}
errors=$(mktemp)
for attempt in {1..60}; do
  if ! SCAN_STATUS=$(scan_findings --no-paginate --query imageScanStatus.status 2>"$errors"); then
    if ! grep -q ScanNotFoundException "$errors"; then
      cat "$errors" >&2
      exit 1
    fi
    SCAN_STATUS="not begun"
  fi
  case "$SCAN_STATUS" in
    COMPLETE|ACTIVE) break ;;
    IN_PROGRESS|PENDING|"not begun") sleep 10 ;;
    *) break ;;
  esac
done
rm -f "$errors"
case "$SCAN_STATUS" in
  COMPLETE|ACTIVE) ;;
  *) echo "ECR has no findings for this image: its scan is $SCAN_STATUS. No release goes through the scan gate unscanned." >&2; exit 1 ;;
esac
SCAN_FOUND=$(scan_findings --query "[imageScanFindings.findings, imageScanFindings.enhancedFindings][] | [?contains('$SCAN_SEVERITIES', severity)].[severity, name || title]")
if [ -n "$SCAN_FOUND" ]; then
  echo "This image has findings that stop a release ($SCAN_SEVERITIES):" >&2
  printf '%s\\n' "$SCAN_FOUND" >&2
  exit 1
fi
echo "ECR found nothing of $SCAN_SEVERITIES"
`;
