// The main program of a deployment's controller, which is a process of its own.
import { controllerMain } from "../controller/main";
import { deploymentController } from "./controller";

controllerMain(deploymentController);
