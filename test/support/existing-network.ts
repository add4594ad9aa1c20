/** Settings of a network that is there already, in which a load balancer is that is there, too. */
export const existingNetwork = {
  vpcId: "vpc-0123456789abcdef0",
  publicSubnetIds: ["subnet-0123456789abcde01", "subnet-0123456789abcde02"],
  privateSubnetIds: ["subnet-0123456789abcde03", "subnet-0123456789abcde04"],
};
