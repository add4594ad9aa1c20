/** A stack in another account whose releases are promoted. */
export const promoteFrom = {
  repositoryUri: "111111111111.dkr.ecr.eu-central-1.amazonaws.com/shop-dev-1234567",
  bucket: "shop-dev-released-1234567",
  keyArn: "arn:aws:kms:eu-central-1:111111111111:key/11111111-2222-3333-4444-555555555555",
};

/** Settings that make dev a stack that promotes, its own GitHub repository taken out. */
export const promoting = { promoteFrom, githubRepository: undefined };

/** The bus of a stack in another account, and of one in this. */
export const promoteTo = [
  "arn:aws:events:eu-central-1:222222222222:event-bus/shop-prod-promotions",
  "arn:aws:events:eu-central-1:333333333333:event-bus/shop-test-promotions",
];
