// The least that any such program costs: loading the same SDKs.
import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

// The SDKs load a module when it is first touched; a program for the same system touches these.
const touched = [
  aws.cloudwatch.LogGroup,
  aws.codebuild.Project,
  aws.codeconnections.Connection,
  aws.codedeploy.DeploymentGroup,
  aws.codepipeline.Pipeline,
  aws.ec2.SecurityGroup,
  aws.ecr.Repository,
  aws.ecs.Service,
  aws.iam.Role,
  aws.lambda.Function,
  aws.lb.Listener,
  aws.s3.Bucket,
  aws.vpc.SecurityGroupIngressRule,
  awsx.ec2.Vpc,
  docker.Image,
  pulumi.ComponentResource,
];
process.stdout.write(String(touched.length));
